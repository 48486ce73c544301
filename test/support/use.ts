import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';

interface Closable {
  close(): void | Promise<unknown>;
}

/** Starts something before the tests of a file, resets it after each of them, and closes it at the end. */
export function useOnce<T extends Closable>(start: () => Promise<T>, reset?: (started: T) => void): T {
  const started: T = Object.create(null);
  beforeAll(() => fill(started, start));
  if (reset !== undefined) afterEach(() => reset(started));
  afterAll(() => started.close());
  return started;
}

/** Starts something before each test of a file, and closes it after the test. */
export function useEach<T extends Closable>(start: () => Promise<T>): T {
  const started: T = Object.create(null);
  beforeEach(() => fill(started, start));
  afterEach(() => started.close());
  return started;
}

async function fill<T extends Closable>(empty: T, start: () => Promise<T>): Promise<void> {
  Object.defineProperties(empty, Object.getOwnPropertyDescriptors(await start()));
}
