import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';
import { readConfig } from '../../command-line/read-config.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-config-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function toIssues(yaml: string): Promise<string> {
  const file = join(folder, `${Math.random()}.yml`);
  await writeFile(file, yaml);
  return readConfig('test', file).then(
    () => 'no issue',
    (error: unknown) => String(error),
  );
}

test('every configuration of the project is right', async () => {
  const names = (await readdir(join(ROOT, 'config'))).filter((name) => name.endsWith('.yml'));
  expect(names.toSorted()).toEqual(['dev.yml', 'local.yml', 'prod.yml', 'rehearsal.yml', 'staging.yml']);
  for (const name of names) {
    const stage = name.replace('.yml', '');
    expect(await readConfig(stage, join(ROOT, 'config', name))).toMatchObject({ stage });
  }
});

test('every issue is told in one message, with its line, in their order', async () => {
  const message = await toIssues(`
accounts:
  main:
    region: cn-north-4
    credentials: env:X
routes:
  - from: github:{repo}
    to: images/{repo}
safety:
  mode: maybe
`);
  expect(message).toMatch(/\.yml has 2 issues:/);
  expect(message).toMatch(/\.yml:7 routes\[0\]\.from: found "github:\{repo\}", expected SOURCE:PATTERN/);
  expect(message).toMatch(/\.yml:10 safety\.mode: found "maybe", expected/);
  expect(message.indexOf('routes')).toBeLessThan(message.indexOf('safety'));
});

test('what is missing is told with the line of what it is missing in', async () => {
  expect(await toIssues('accounts:\n  main:\n    region: cn-north-4\n')).toMatch(
    /\.yml:3 accounts\.main\.credentials: found nothing, expected a value/,
  );
});

test.each([
  { why: 'not YAML', yaml: 'accounts: [' },
  { why: 'a key twice', yaml: 'accounts: {}\naccounts: {}\n' },
])('$why is told with its place', async ({ yaml }) => {
  expect(await toIssues(yaml)).toMatch(/at line \d+, column \d+/);
});

test('an empty file is told', async () => {
  expect(await toIssues('')).toMatch(/\(root\): found null/);
});

test('of many issues the first 20 are listed, and the others counted', async () => {
  const routes = Array.from({ length: 30 }, () => '  - {from: 7, to: images/x}');
  const message = await toIssues(
    `accounts:\n  main: {region: cn-north-4, credentials: env:X}\nroutes:\n${routes.join('\n')}\n`,
  );
  const [, all = ''] = /has (\d+) issues/.exec(message) ?? [];
  expect(message.split('\n')).toHaveLength(22);
  expect(message).toMatch(new RegExp(`… and ${Number(all) - 20} more$`));
});
