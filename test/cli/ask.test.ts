import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { ask } from '../../cli/ask.ts';
import { Interruption } from '../../cli/interruption.ts';
import { caught } from '../support/caught.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Asks on a terminal where somebody types. */
async function answer(keys: string, { yes = false, isTTY = true } = {}) {
  const said: string[] = [];
  const interruption = new Interruption((line) => said.push(line));
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
      outcome: 'Delete 2 tasks? There is no terminal to ask on: repeat it with --yes if so.',
      shown: '',
    });
  });
});
