import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { explainRoute, tryRoute } from '../../cli/commands/route.ts';
import { findRoute } from '../../lib/routing/route.ts';
import { configOf } from '../support/config.ts';
import { startCli } from '../support/run-cli.ts';

const distribution = (secret: string, url: string) => ({
  type: 'distribution',
  secret,
  api: { url, credentials: 'env:X' },
});
const SECTIONS = {
  accounts: {
    main: { region: 'cn-north-4', credentials: 'env:X' },
    dr: { region: 'cn-east-3', credentials: 'env:X' },
  },
  sources: {
    github: { type: 'github', secret: 'env:X' },
    harbor: { type: 'harbor', secret: 'env:Y' },
    registry: distribution('env:Z', 'https://registry.example.com'),
    twin: distribution('env:V', 'https://twin.example.com'),
    anyone: { type: 'standard-webhooks', secret: 'env:W' },
  },
  routes: [
    { from: 'registry:shared/{name}', to: 'shared/{name}' },
    { from: 'twin:{path+}', to: 'shared/{path}' },
    { from: 'registry:{path+}', to: 'mirror/{path}' },
    { from: 'harbor:{path+}', to: 'harbor/{path}' },
    { from: 'github:acme/base', to: 'platform/base' },
    {
      from: 'github:acme/{repo}',
      to: ['acme-images/{repo}', 'backup/{repo}'],
      account: 'dr',
      targets: ['cn-east-3/acme-dr'],
    },
    { from: 'github:{owner}/{repo}', to: 'acme-images/{owner}/{repo}' },
  ],
  safety: { mode: 'dry-run', deny: ['platform/**', 'backup/api'] },
};
const config = configOf(SECTIONS);

describe('a tried route', () => {
  test.each([
    { from: 'gitlab:{path+}', why: 'another source' },
    { from: 'github2:acme/api', why: 'another source' },
    { from: 'github:globex/{repo}', why: 'acme is not globex' },
    { from: 'github:globex/web', why: 'acme is not globex, api is not web' },
    { from: 'github:{path+}/web', why: 'api is not web' },
    { from: 'github:{a}/{b}/{c}', why: '2 segments, expected 3' },
    { from: 'github:acme', why: '2 segments, expected 1' },
    { from: 'github:acme/x/{path+}', why: '2 segments, expected at least 3' },
  ])('$from does not match: $why', ({ from, why }) => {
    expect(tryRoute(from, 'github', 'acme/api')).toEqual({ from, matches: false, why });
  });

  test.each([
    { from: 'github:acme/{repo}', why: 'repo is api' },
    { from: 'github:{path+}', why: 'path is acme/api' },
    { from: 'github:ACME/Api', why: 'the same name' },
  ])('$from matches: $why', ({ from, why }) => {
    expect(tryRoute(from, 'github', 'acme/api')).toEqual({ from, matches: true, why });
  });
});

describe('the report', () => {
  test('has every destination of the first route that matches, and each rule', () => {
    const place = { account: 'dr', region: 'cn-east-3', repository: 'api', targets: ['cn-east-3/acme-dr'] };
    expect(explainRoute(config, 'github', 'acme/api')).toEqual({
      source: 'github',
      repository: 'acme/api',
      stage: 'test',
      tried: [
        ...['registry:shared/{name}', 'twin:{path+}', 'registry:{path+}', 'harbor:{path+}'].map((from) => ({
          from,
          matches: false,
          why: 'another source',
        })),
        { from: 'github:acme/base', matches: false, why: 'api is not base' },
        { from: 'github:acme/{repo}', matches: true, why: 'repo is api' },
      ],
      notTried: 1,
      routed: true,
      destinations: [
        { ...place, namespace: 'acme-images' },
        { ...place, namespace: 'backup', deniedBy: 'backup/api' },
      ],
      mode: 'dry-run',
      checksExistence: false,
    });
  });

  const existence = { routed: true, checksExistence: true };
  test.each([
    { name: 'github:acme/base', why: 'protected', expected: { destinations: [{ deniedBy: 'platform/**' }] } },
    { name: 'registry:team/app', why: 'checked for existence', expected: existence },
    { name: 'registry:shared/app', why: 'shared', expected: { ...existence, alsoChecked: ['twin:app'] } },
    { name: 'twin:a/b', why: 'alone on a shared route', expected: { ...existence, alsoChecked: [] } },
  ])('says that $name is $why', ({ name, expected }) => {
    const [source = '', repository = ''] = name.split(':');
    expect(explainRoute(config, source, repository)).toMatchObject(expected);
  });

  test.each([
    { name: 'harbor:team/app', why: 'ambiguous', reason: /configure sources.harbor.api/ },
    { name: 'github:acme/a__-b', why: 'no SWR name', reason: /not an SWR repository/ },
    { name: 'github:api', why: 'no name at the source', reason: /OWNER\/NAME/ },
    { name: 'ecr:x', why: 'without a route', reason: /^no route for ecr:x$/ },
  ])('says why $name is not routed: $why', ({ name, reason }) => {
    const [source = '', repository = ''] = name.split(':');
    const report = explainRoute(config, source, repository);
    expect(report).toMatchObject({ routed: false, reason: expect.stringMatching(reason) });
  });

  test('agrees with the service about which route matches', () => {
    for (const name of ['acme/api', 'ACME/base', 'globex/x', 'a/b', 'acme/-']) {
      const report = explainRoute(config, 'github', name);
      const routing = findRoute(config.routes, 'github', name);
      expect(report.routed).toBe(routing.matched);
      expect(report.destinations.map(({ repository }) => repository)).toEqual(
        routing.matched ? routing.destinations.map(({ repository }) => repository) : [],
      );
    }
  });
});

describe('swr-sync route', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'route-'));
    await mkdir(join(folder, 'config'));
    await writeFile(join(folder, 'config/acme.yml'), JSON.stringify(SECTIONS));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (name: string, ...options: string[]) =>
    startCli(['route', name, '--stage', 'acme', ...options], folder).ended;

  test('prints each route that was tried, and where the repository leads', async () => {
    const { status, stdout, stderr } = await run('github:acme/api');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^github:acme\/api with config\/acme.yml\n/);
    expect(stdout).toMatch(/no +registry:\{path\+\} +another source/);
    expect(stdout).toMatch(/matches +github:acme\/\{repo\} +repo is api\n +1 more not tried/);
    expect(stdout).toMatch(
      /acme-images\/api\n +account +dr \(cn-east-3\)\n +tasks +cn-east-3\/acme-dr\n +denied +by no rule/,
    );
    expect(stdout).toMatch(/denied +by backup\/api: its tasks stay/);
    expect(stdout).toMatch(/mode +dry-run.*\nexistence +not checked/);
  });

  test.each([
    { name: 'registry:team/app', why: 'every task', says: /tasks +every task/ },
    {
      name: 'registry:team/app',
      why: 'whose existence is checked',
      says: /existence +checked before a deletion: registry, at https:\/\/registry.example.com/,
    },
    { name: 'registry:shared/app', why: 'what else must be gone', says: /shared +.* gone, too: twin:app\n$/ },
    { name: 'twin:a/b', why: 'that nothing else must be', says: /shared +no other repository leads here/ },
  ])('says of $name $why', async ({ name, says }) => {
    expect((await run(name)).stdout).toMatch(says);
  });

  test('prints the report as JSON', async () => {
    const { status, stdout } = await run('github:acme/api', '--json');
    const report = { ...explainRoute(config, 'github', 'acme/api'), stage: 'acme' };
    expect({ status, report: JSON.parse(stdout) }).toEqual({ status: 0, report });
  });

  test('ends with 1 where nothing is routed, with the reason', async () => {
    const { status, stdout } = await run('ecr:x');
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: expect.stringMatching(/Not routed: no route for ecr:x\n$/),
    });
  });

  test('needs no local stack for its configuration', async () => {
    expect(await run('github:acme/api', '--stage', 'local')).toMatchObject({ status: 0 });
  });

  test.each([
    { why: 'no colon', name: 'github', says: /^Invalid name "github": expected SOURCE:NAME/ },
    { why: 'no name', name: 'github:', says: /^Invalid name "github:"/ },
    {
      why: 'an unknown source',
      name: 'gitlab:a/b',
      says: /^Stage acme has no source gitlab; it has: .*ecr$/m,
    },
    { why: 'a source without routes', name: 'anyone:acme-images/api', says: /need no route/ },
  ])('rejects $why as wrong usage', async ({ name, says }) => {
    expect(await run(name)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(says) });
  });
});
