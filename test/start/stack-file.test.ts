import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeStackFile } from '../../start/stack-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stack-file-'));
  file = join(folder, '.local', 'stack.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('holds the environment, is for its owner only, and goes in the end', async () => {
  const remove = await writeStackFile({ LEDGER_TABLE: 'ledger' }, file);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ env: { LEDGER_TABLE: 'ledger' } });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await remove();
  await expect(stat(file)).rejects.toThrow('ENOENT');
  await remove();
});

test('replaces that of an earlier stack, whoever could read it, and stays when that one ends', async () => {
  const removeFirst = await writeStackFile({ LEDGER_TABLE: 'first' }, file);
  await writeFile(file, await readFile(file), { mode: 0o644 });
  await writeStackFile({ LEDGER_TABLE: 'second' }, file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await removeFirst();
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ env: { LEDGER_TABLE: 'second' } });
});
