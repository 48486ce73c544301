import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { ask, formatPace, Interruption, showProgress } from '../../cli/terminal.ts';
import { caught } from '../support/caught.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Asks on a terminal with these keys pressed. */
async function answer(keys: string, { yes = false, isTTY = true } = {}) {
  const interruption = new Interruption(new AbortController().signal, () => {});
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.write(keys);
  const asked = ask('Delete 2 tasks?', 'the two of them', { yes, input, output, interruption });
  const error = await caught(asked.then(() => Promise.reject(new Error('agreed'))));
  output.end();
  return { outcome: error instanceof Error ? error.message : '', shown: await text(output), interruption };
}

describe('a question', () => {
  test.each([
    { why: 'y', keys: 'y\r', outcome: 'agreed' },
    { why: 'yes, as it is written', keys: ' Yes \r', outcome: 'agreed' },
    { why: 'no', keys: 'n\r', outcome: 'Nothing was changed.' },
    { why: 'nothing', keys: '\r', outcome: 'Nothing was changed.' },
    { why: 'another word', keys: 'yeah\r', outcome: 'Nothing was changed.' },
    { why: 'the end of the input', keys: CTRL_D, outcome: 'Nothing was changed.' },
    { why: 'Ctrl-C', keys: CTRL_C, outcome: 'Nothing was changed.' },
  ])('answered with $why: $outcome', async ({ keys, outcome }) => {
    await expect(answer(keys)).resolves.toMatchObject({ outcome });
  });

  test('comes after what it is about', async () => {
    const { shown } = await answer('y\r');
    expect(shown).toMatch(/^the two of them\n.*Delete 2 tasks\? \[y\/N\] /s);
  });

  test('ends the whole with Ctrl-C', async () => {
    const { interruption } = await answer(CTRL_C);
    expect(interruption.interrupted).toBe(true);
  });

  test('is not asked where it was answered beforehand', async () => {
    await expect(answer('', { yes: true })).resolves.toMatchObject({ outcome: 'agreed', shown: '' });
  });

  test('is not asked where there is no terminal', async () => {
    await expect(answer('y\r', { isTTY: false })).resolves.toMatchObject({
      outcome: 'Delete 2 tasks? There is no terminal to ask on: repeat with --yes to confirm.',
      shown: '',
    });
  });
});

/** Output of a bar that goes from 0 to 5. */
async function seen(isTTY: boolean): Promise<string> {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const progress = showProgress('repositories', 5, stream);
  progress.advance();
  progress.advance(4);
  progress.end();
  stream.end();
  return text(stream);
}

test('shows a bar on a terminal, and takes it away in the end', async () => {
  const shown = await seen(true);
  expect(shown).toContain('repositories [------------------------] 0/5');
  expect(shown).toContain('repositories [========================] 5/5');
  // Back to the beginning of the line, and the line cleared.
  expect(shown.endsWith('\u001B[1G\u001B[2K')).toBe(true);
});

test('shows nothing where there is no terminal', async () => {
  await expect(seen(false)).resolves.toBe('');
});

test.each([
  { why: 'nothing to go by', value: 0, total: 10, elapsedMs: 1000, pace: '' },
  { why: 'slow', value: 1, total: 10, elapsedMs: 2000, pace: ', 0.5/s, 18 s left' },
  { why: 'quick', value: 500, total: 1000, elapsedMs: 10_000, pace: ', 50/s, 10 s left' },
  { why: 'minutes', value: 10, total: 1000, elapsedMs: 1000, pace: ', 10/s, 1 min 39 s left' },
  { why: 'hours', value: 1, total: 8000, elapsedMs: 1000, pace: ', 1.0/s, 2 h 13 min left' },
  { why: 'at the end', value: 10, total: 10, elapsedMs: 1000, pace: ', 10/s, 0 s left' },
])('shows rate and time left: $why', ({ value, total, elapsedMs, pace }) => {
  expect(formatPace(value, total, elapsedMs)).toBe(pace);
});
