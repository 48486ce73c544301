import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { paceOf, showProgress } from '../../cli/progress.ts';

/** What is seen of a bar that goes through five of five. */
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
])('tells rate and time left: $why', ({ value, total, elapsedMs, pace }) => {
  expect(paceOf(value, total, elapsedMs)).toBe(pace);
});
