import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../command-line/options.ts';
import { findRoute } from '../../lib/routing/route.ts';
import { route } from '../../scripts/route.ts';
import { explainRoute } from '../../scripts/send/explain-route.ts';
import { caught } from '../support/caught.ts';
import { configOf } from '../support/config.ts';

const SECTIONS = {
  accounts: {
    main: { region: 'cn-north-4', credentials: 'env:X' },
    dr: { region: 'cn-east-3', credentials: 'env:X' },
  },
  sources: {
    github: { type: 'github', secret: 'env:X' },
    harbor: { type: 'harbor', secret: 'env:Y' },
    registry: {
      type: 'distribution',
      secret: 'env:Z',
      api: { url: 'https://registry.example.com', credentials: 'env:X' },
    },
    twin: {
      type: 'distribution',
      secret: 'env:V',
      api: { url: 'https://twin.example.com', credentials: 'env:X' },
    },
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

describe('the report', () => {
  test('has every destination of the first route that fits, and each rule', () => {
    expect(explainRoute(config, 'github', 'acme/api')).toEqual({
      source: 'github',
      repository: 'acme/api',
      stage: 'test',
      tried: [
        { from: 'registry:shared/{name}', fits: false, why: 'another source' },
        { from: 'twin:{path+}', fits: false, why: 'another source' },
        { from: 'registry:{path+}', fits: false, why: 'another source' },
        { from: 'harbor:{path+}', fits: false, why: 'another source' },
        { from: 'github:acme/base', fits: false, why: 'api is not base' },
        { from: 'github:acme/{repo}', fits: true, why: 'repo is api' },
      ],
      notTried: 1,
      routed: true,
      destinations: [
        {
          account: 'dr',
          region: 'cn-east-3',
          namespace: 'acme-images',
          repository: 'api',
          targets: ['cn-east-3/acme-dr'],
        },
        {
          account: 'dr',
          region: 'cn-east-3',
          namespace: 'backup',
          repository: 'api',
          targets: ['cn-east-3/acme-dr'],
          deniedBy: 'backup/api',
        },
      ],
      mode: 'dry-run',
      asksFirst: false,
    });
  });

  test.each([
    {
      why: 'protected',
      source: 'github',
      repository: 'acme/base',
      expected: { destinations: [{ deniedBy: 'platform/**' }] },
    },
    {
      why: 'asked first',
      source: 'registry',
      repository: 'team/app',
      expected: { routed: true, asksFirst: true },
    },
    {
      why: 'shared, and all are asked',
      source: 'registry',
      repository: 'shared/app',
      expected: { routed: true, asksFirst: true, alsoAsked: ['twin:app'] },
    },
    {
      why: 'shared, though nothing else leads here',
      source: 'twin',
      repository: 'a/b',
      expected: { routed: true, asksFirst: true, alsoAsked: [] },
    },
    {
      why: 'ambiguous',
      source: 'harbor',
      repository: 'team/app',
      expected: { routed: false, reason: /configure sources.harbor.api/ },
    },
    {
      why: 'no SWR name',
      source: 'github',
      repository: 'acme/a__-b',
      expected: { routed: false, reason: /not an SWR repository/ },
    },
    {
      why: 'no name at the source',
      source: 'github',
      repository: 'api',
      expected: { routed: false, reason: /OWNER\/NAME/ },
    },
    {
      why: 'without a route',
      source: 'ecr',
      repository: 'x',
      expected: { routed: false, reason: /^no route for ecr:x$/ },
    },
  ])('says of $source:$repository that it is $why', ({ source, repository, expected }) => {
    const { reason, ...rest } = { reason: /^$/, ...expected };
    const report = explainRoute(config, source, repository);
    expect(report).toMatchObject(rest);
    expect(report.reason ?? '').toMatch(reason);
  });

  test('agrees with the service about which route fits', () => {
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

describe('the command', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'route-'));
    file = join(folder, 'acme.yml');
    await writeFile(file, JSON.stringify(SECTIONS));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (...args: string[]) => {
    const printed: string[] = [];
    const status = await route(args, (text) => printed.push(text));
    return { status, text: printed.join('\n') };
  };

  test('prints each route that was tried, and where the repository leads', async () => {
    const { status, text } = await run('github:acme/api', '--config', file);
    expect(status).toBe(0);
    expect(text).toMatch(/no +registry:\{path\+\} +another source/);
    expect(text).toMatch(/fits +github:acme\/\{repo\} +repo is api\n +1 more not tried/);
    expect(text).toMatch(
      /acme-images\/api\n +account +dr \(cn-east-3\)\n +tasks +cn-east-3\/acme-dr\n +denied +by no rule/,
    );
    expect(text).toMatch(/denied +by backup\/api: its tasks stay/);
    expect(text).toMatch(/mode +dry-run.*\nasked first +no/);
  });

  test('says who is asked first', async () => {
    const { text } = await run('registry:team/app', '--config', file);
    expect(text).toMatch(/asked first +yes: registry itself, at https:\/\/registry.example.com/);
    expect(text).toMatch(/tasks +every task/);
  });

  test('says who else is asked where images are shared', async () => {
    expect((await run('registry:shared/app', '--config', file)).text).toMatch(
      /shared +other repositories lead here\. All of them have to be gone, too: twin:app$/,
    );
    expect((await run('twin:a/b', '--config', file)).text).toMatch(/shared +.* none leads here$/);
  });

  test('prints the whole report as JSON', async () => {
    const { status, text } = await run('github:acme/api', '--json', '--config', file);
    expect({ status, report: JSON.parse(text) }).toEqual({
      status: 0,
      report: { ...explainRoute(config, 'github', 'acme/api'), stage: 'acme' },
    });
  });

  test('ends with 1 where nothing is routed, with the reason', async () => {
    const { status, text } = await run('ecr:x', '--config', file);
    expect(status).toBe(1);
    expect(text).toContain('Not routed: no route for ecr:x');
  });

  test('takes the stage dev unless told otherwise', async () => {
    expect((await run('github:acme/api')).text).toContain('with config/dev.yml');
    expect((await run('github:acme/api', '--stage', 'prod')).text).toContain('with config/prod.yml');
  });

  test.each([
    { why: 'nothing', args: [], message: /SOURCE:NAME/ },
    { why: 'no colon', args: ['github'], message: /SOURCE:NAME/ },
    { why: 'no name', args: ['github:'], message: /SOURCE:NAME/ },
    { why: 'two of them', args: ['github:a/b', 'github:c/d'], message: /SOURCE:NAME/ },
    { why: 'an unknown option', args: ['github:a/b', '--verbose'], message: /--verbose.*\nUsage/s },
    {
      why: 'an unknown source',
      args: ['gitlab:a/b'],
      message: /no source gitlab; its sources are: github, ecr/,
    },
    { why: 'a stage without a file', args: ['github:a/b', '--stage', '../x'], message: /no config/ },
    { why: 'no such file', args: ['github:a/b', '--config', '/none.yml'], message: /no file \/none.yml/ },
    {
      why: 'a stage and a file',
      args: ['github:a/b', '--stage', 'dev', '--config', 'x'],
      message: /not both/,
    },
    {
      why: 'a source without routes',
      args: ['anyone:acme-images/api', '--stage', 'local'],
      message: /name repositories of SWR themselves/,
    },
  ])('is refused as bad usage with $why', async ({ args, message }) => {
    const error = await caught(route(args, () => {}));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
  });
});
