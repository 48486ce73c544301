import { afterEach, beforeEach } from '@jest/globals';

/** Region and credentials, without which no call of AWS is made. */
export const AWS_ACCESS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

/**
 * Sets environment variables, or takes them away where the value is undefined.
 *
 * @returns what puts everything back as it was.
 */
export function setVariables(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  assign(values);
  return () => assign(before);
}

function assign(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Sets environment variables for each test of a file. */
export function useVariables(values: () => Readonly<Record<string, string | undefined>>): void {
  let restore: (() => void) | undefined;
  beforeEach(() => {
    restore = setVariables(values());
  });
  afterEach(() => restore?.());
}

/**
 * Replaces the whole environment.
 *
 * @returns what puts everything back as it was.
 */
export function replaceEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = { ...process.env };
  const replace = (all: typeof values) => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    assign(all);
  };
  replace(values);
  return () => replace(before);
}
