import { PassThrough, Readable, Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { UsageError } from '../../command-line/options.ts';
import { confirm } from '../../scripts/confirm.ts';

const output = () => new Writable({ write: (_chunk, _encoding, done) => done() });
const terminal = (typed: string) => {
  const input = new PassThrough();
  input.end(typed);
  return Object.assign(input, { isTTY: true });
};

test('goes on when the word is typed', async () => {
  const options = { yes: false, input: terminal('prod\n'), output: output() };
  await expect(confirm('Removing prod', 'prod', options)).resolves.toBeUndefined();
});

test.each([
  ['another word', 'yes\n'],
  ['nothing', '\n'],
  ['the end of the input', ''],
])('stops after %s', async (_, typed) => {
  const asked = confirm('Removing prod', 'prod', { yes: false, input: terminal(typed), output: output() });
  await expect(asked).rejects.toThrow(UsageError);
});

test('stops without a terminal, and names the option', async () => {
  const options = { yes: false, input: Readable.from(['prod\n']), output: output() };
  await expect(confirm('Removing prod', 'prod', options)).rejects.toThrow(/--yes/);
});

test('asks nothing with --yes, and still says what happens', async () => {
  const said = new PassThrough();
  await confirm('Removing prod', 'prod', { yes: true, input: Readable.from([]), output: said });
  expect(String(said.read())).toBe('Removing prod\n');
});
