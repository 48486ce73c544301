import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { stringify } from 'yaml';
import { ROOT } from '../../command-line/options.ts';
import { type Emulator, localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { build } from '../../scripts/build.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';

/** A configuration that deletes, and may delete everything: nothing in it may count. */
const config = {
  accounts: {
    main: {
      region: 'cn-north-4',
      credentials: 'env:TEST_CREDENTIALS',
      iamEndpoint: 'env:TEST_ENDPOINT',
      swrEndpoint: 'env:TEST_ENDPOINT',
    },
  },
  sources: { github: { type: 'github', secret: 'env:TEST_SECRET' } },
  routes: [{ from: 'github:acme/{repo}', to: 'acme-images/{repo}' }],
  safety: { mode: 'apply' },
  sweep: { mode: 'apply', maxPercent: 100 },
};

const modesSchema = v.object({
  safety: v.object({ mode: v.string() }),
  sweep: v.object({ mode: v.string() }),
});
const FIRST_LINE =
  "Dry run: nothing is deleted; `swr-sync clean` deletes for real, with the stage's ledger.\n";

let folder: string;
let configFile: string;
let distDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dry-run-'));
  configFile = join(folder, 'prod.yml');
  distDir = join(folder, 'dist');
  await writeFile(configFile, stringify(config));
  await build({ stage: 'prod', configFile, outDir: distDir });
});
afterAll(() => rm(folder, { recursive: true }));

async function modesOf(outDir: string): Promise<string[]> {
  const text = await readFile(join(outDir, 'config.json'), 'utf8');
  const { safety, sweep } = v.parse(modesSchema, JSON.parse(text));
  return [safety.mode, sweep.mode];
}

test('a stage that is built for a dry run deletes nothing, whatever its file says', async () => {
  expect(await modesOf(distDir)).toEqual(['apply', 'apply']);
  const outDir = join(folder, 'dry-run');
  await build({ stage: 'prod', configFile, outDir, dryRun: true });
  expect(await modesOf(outDir)).toEqual(['dry-run', 'dry-run']);
});

describe('npm start -- --config FILE', () => {
  let emulator: Emulator;
  let running: ChildProcess | undefined;
  beforeEach(async () => {
    emulator = await startEmulator({ seed: localSeed });
  });
  afterEach(async () => {
    // Only where a test has failed.
    if (running?.exitCode === null) running.kill('SIGKILL');
    await emulator.close();
  });

  function start(args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
    const env = {
      ...process.env,
      TEST_ENDPOINT: emulator.url,
      TEST_CREDENTIALS: emulator.env.HUAWEICLOUD_CREDENTIALS,
      TEST_SECRET: 'the secret of this test',
      // Left in the environment, it must not take the place of what was built.
      CONFIG_FILE: join(distDir, 'config.json'),
      ...variables,
    };
    const main = spawn(process.execPath, ['start/main.ts', ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running = main;
    const up = Promise.withResolvers<void>();
    const started = { main, printed: '', exited: once(main, 'close'), up: up.promise };
    main.stdout.on('data', (chunk: Buffer) => {
      started.printed += chunk.toString();
      if (started.printed.includes('Ctrl-C ends it.')) up.resolve();
    });
    return started;
  }
  const tasks = () => emulator.cloud.tasks('acme-images', 'hello-world').length;

  test('tells what a deletion would do, and ends with status 0', async () => {
    const before = tasks();
    const started = start(['--config', configFile, '--once', '--repository', 'acme/hello-world']);
    expect(await started.exited).toEqual([0, null]);
    expect(started.printed.startsWith(FIRST_LINE)).toBe(true);
    expect(started.printed).toContain('acme-images/hello-world to cn-east-3/acme-dr (dry run)');
    expect(started.printed).toContain(`unchanged acme-images/hello-world has ${before} tasks left`);
    expect(started.printed.endsWith(FIRST_LINE)).toBe(true);
    expect([tasks(), emulator.journal.of('deleteSyncTask')]).toEqual([before, []]);
  }, 60_000);

  test('prints no command that deletes, and deletes nothing whatever arrives', async () => {
    const before = tasks();
    const started = start(['--config', configFile]);
    await started.up;
    expect(started.printed).not.toMatch(
      /curl|invocations|swr-sync (?!clean` deletes|send \S+ --event ping|route )|Repository Deleted/,
    );
    const [, url = ''] = /Running at (\S+)\. Dry run: nothing is deleted/.exec(started.printed) ?? [];
    const invoke = async (payload: object) => {
      const response = await fetch(`${url}/2015-03-31/functions/clean/invocations`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(payload),
      });
      return response.text();
    };
    const request = { namespace: 'acme-images', repository: 'hello-world' };
    expect(await invoke(request)).toContain('"reason":"dry run"');
    for (const more of [{ mode: 'apply' }, { safety: { mode: 'apply' } }, { dryRun: false }]) {
      expect(await invoke({ ...request, ...more })).not.toContain('"deleted"');
    }
    expect([tasks(), emulator.journal.of('deleteSyncTask')]).toEqual([before, []]);
    started.main.kill('SIGINT');
    expect(await started.exited).toEqual([0, null]);
  }, 60_000);

  test('reads stored secrets, in every process, with the profile and its region', async () => {
    const home = join(folder, 'home');
    await mkdir(join(home, '.aws'), { recursive: true });
    const key = 'aws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n';
    await writeFile(join(home, '.aws/credentials'), `[work]\n${key}region = ap-east-1\n`);
    const stored = join(folder, 'stored.yml');
    const account = { ...config.accounts.main, credentials: 'secretsmanager:account' };
    const sources = { github: { type: 'github', secret: 'secretsmanager:github' } };
    await writeFile(stored, stringify({ ...config, accounts: { main: account }, sources }));
    const secrets = { account: emulator.env.HUAWEICLOUD_CREDENTIALS, github: 'the secret of this test' };
    const aws = await startLoopbackServer((response, { body }) => {
      const { SecretId } = v.parse(
        v.object({ SecretId: v.picklist(['account', 'github']) }),
        JSON.parse(body),
      );
      respond(response, 200, { SecretString: secrets[SecretId] });
    });
    try {
      const started = start(
        ['--config', stored, '--once', '--repository', 'acme/hello-world', '--profile', 'work'],
        {
          HOME: home,
          AWS_ACCESS_KEY_ID: undefined,
          AWS_SECRET_ACCESS_KEY: undefined,
          AWS_REGION: undefined,
          AWS_DEFAULT_REGION: undefined,
          AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
        },
      );
      expect(await started.exited).toEqual([0, null]);
      const signed = aws.requests.map(
        ({ headers }) => /Credential=(.*?),/.exec(headers.authorization ?? '')?.[1],
      );
      // Both secrets here, the one of `receive`, and the one of `clean`.
      expect(signed.length).toBeGreaterThanOrEqual(4);
      for (const credential of signed)
        expect(credential).toMatch(/^AKIDPROFILE\/\d{8}\/ap-east-1\/secretsmanager\/aws4_request$/);
    } finally {
      await aws.close();
    }
  }, 60_000);
});
