import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { loadConfig, requireEnvironment } from '../../lib/config/load-config.ts';
import { setVariables } from '../support/environment.ts';

let folder: string;
let restore: () => void;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-config-'));
  await writeFile(join(folder, 'beside.json'), '{"stage":"beside"}');
  await writeFile(join(folder, 'named.json'), '{"stage":"named"}');
  await writeFile(join(folder, 'broken.json'), '{');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  restore = setVariables({ CONFIG_FILE: undefined });
});
afterEach(() => restore());

const at = (name: string) => pathToFileURL(join(folder, name));

test('the configuration is read from beside the bundle', () => {
  expect(loadConfig(at('beside.json'))).toEqual({ stage: 'beside' });
});

test('CONFIG_FILE names another one', () => {
  process.env['CONFIG_FILE'] = join(folder, 'named.json');
  expect(loadConfig(at('beside.json'))).toEqual({ stage: 'named' });
});

test.each(['missing.json', 'broken.json'])('%s fails with the file, the next step and the cause', (name) => {
  const load = () => loadConfig(at(name));
  expect(load).toThrow(`${name} can not be read: build with "npm run build -- --stage NAME"`);
  expect(load).toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ message: expect.any(String) }) }),
  );
});

test('a variable is read from the environment', () => {
  process.env['CONFIG_FILE'] = 'config.json';
  expect(requireEnvironment('CONFIG_FILE')).toBe('config.json');
});

test.each(['', undefined])('a variable that is %j is named', (value) => {
  restore = setVariables({ CONFIG_FILE: value });
  expect(() => requireEnvironment('CONFIG_FILE')).toThrow('The environment variable CONFIG_FILE is missing.');
});
