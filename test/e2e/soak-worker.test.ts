import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type KillableFunction, startKillable } from '../../e2e/soak/soak-stack.ts';
import { caught } from '../support/caught.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Answers with the number of its process; what waits never ends. */
const BUNDLE = `
console.log('up');
export const handler = async (event) => event === 'wait' ? new Promise(() => {}) : process.pid;
`;

let folder: string;
let lines: string[];
let worker: KillableFunction;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soak-worker-'));
  await writeFile(join(folder, 'clean.mjs'), BUNDLE);
  lines = [];
  worker = await startKillable({
    bundle: join(folder, 'clean.mjs'),
    env: {},
    timeoutMs: 1000,
    onLine: (line) => lines.push(line),
  });
});

afterEach(async () => {
  await worker.close();
  await rm(folder, { recursive: true, force: true });
});

test('a killed worker finishes nothing, and another process takes over', async () => {
  const before = await worker.invoke('who');
  expect(worker.isBusy()).toBe(false);
  const pending = worker.invoke('wait');
  await waitUntil('it is busy', () => worker.isBusy());
  // Heard at once: it fails before the next process is up.
  const ended = caught(pending);
  await worker.kill();
  await expect(ended).resolves.toMatchObject({ message: expect.stringContaining('has ended') });
  expect(worker.isBusy()).toBe(false);
  const after = await worker.invoke('who');
  expect(typeof after).toBe('number');
  expect(after).not.toBe(before);
});

test('survives two kills in a row', async () => {
  await worker.kill();
  await worker.kill();
  expect(typeof (await worker.invoke('who'))).toBe('number');
});

test('passes its lines on', async () => {
  await waitUntil('it has said so', () => lines.length > 0);
  expect(lines).toEqual(['up']);
});
