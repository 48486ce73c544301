import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AWS_ACCESS, replaceEnvironment } from '../support/environment.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { startCli } from '../support/run-cli.ts';

const SECRET = 'the-secret-of-this-test';
const NEWER = 'its-newer-secret-of-this-test';
const CONFIG = {
  accounts: { main: { region: 'cn-north-4', credentials: 'env:X' } },
  sources: {
    github: { type: 'github', secret: 'env:SEND_GITHUB' },
    gitlab: { type: 'gitlab', secret: 'env:SEND_GITLAB' },
    fixed: { type: 'github', secret: 'env:SEND_FIXED' },
    cts: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:swr'] },
  },
  routes: [
    { from: 'github:acme/{repo}', to: 'acme-images/{repo}', firstDeletionCounts: true },
    { from: 'fixed:{owner}/{repo}', to: 'acme-images/all', firstDeletionCounts: true },
  ],
};
const ENVIRONMENT = {
  SEND_GITHUB: SECRET,
  SEND_GITLAB: SECRET,
  SEND_FIXED: SECRET,
  SEND_SEVERAL: JSON.stringify([NEWER, SECRET]),
  ...AWS_ACCESS,
};
const IGNORED = { status: 'ignored', reason: 'x' };

let folder: string;
let server: LoopbackServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-'));
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config/acme.yml'), JSON.stringify(CONFIG));
});
afterEach(() => server?.close());
afterAll(() => rm(folder, { recursive: true }));

async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const restore = replaceEnvironment({ ...ENVIRONMENT, ...environment });
  try {
    return await startCli(['send', ...args, '--stage', 'acme'], folder).ended;
  } finally {
    restore();
  }
}

describe('wrong usage', () => {
  const URL_OPTION = ['--url', 'http://127.0.0.1:9'];
  test.each([
    { why: 'no source', args: URL_OPTION, says: /missing required argument 'SOURCE'/ },
    { why: 'more than a source', args: ['github', SECRET], says: /^too many arguments/ },
    { why: 'an unknown event', args: ['github', '--event', 'push'], says: /deletion, ping/ },
    { why: 'an unknown source', args: ['gitea', ...URL_OPTION], says: /it has: github/ },
    { why: 'a source with a key elsewhere', args: ['cts', ...URL_OPTION], says: /Huawei Cloud/ },
    { why: 'no address', args: ['github'], says: /WebhookUrl.*npm start/ },
    { why: 'a secret', args: ['github', '--secret', SECRET], says: /reference.*replace it/s },
    { why: 'a secret with a dash', args: ['github', '--secret', `-${SECRET}`], says: /--secret/ },
    {
      why: 'a flag with a secret',
      args: ['github', `--dry-run=${SECRET}`],
      says: /^unknown option '--dry-run'/,
    },
    {
      why: 'a name that the sender can not have',
      args: ['github', ...URL_OPTION, '--repository', 'api'],
      says: /github can not have a repository api: .*OWNER\/NAME/,
    },
    {
      why: 'no name that is safe',
      args: ['fixed', ...URL_OPTION],
      says: /every name to a repository that may exist/,
    },
  ])('is reported for $why, without a secret', async ({ args, says }) => {
    const { status, stdout, stderr } = await run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain(SECRET);
  });
});

describe('a dry run', () => {
  const args = ['github', '--secret', 'env:SEND_NONE', '--url', 'http://127.0.0.1:9/webhooks', '--dry-run'];

  test('sends and reads nothing, and shows the request without its signature', async () => {
    const { status, stdout } = await run(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^curl -i 'http:\/\/127.0.0.1:9\/webhooks\/github' \\\n/);
    expect(stdout).toContain(`-H 'X-Hub-Signature-256: sha256=…'`);
    expect(stdout).toContain('"full_name":"acme/swr-sync-cleanup-hello"');
  });

  test('prints the request as JSON', async () => {
    const { stdout } = await run([...args, '--json', '--event', 'ping']);
    expect(JSON.parse(stdout)).toMatchObject({
      stage: 'acme',
      type: 'github',
      event: 'ping',
      url: 'http://127.0.0.1:9/webhooks/github',
      headers: { 'X-GitHub-Event': 'ping' },
      body: expect.stringContaining('zen'),
    });
  });
});

describe('sending', () => {
  const answer = (status: number, body: object) => async () => {
    server = await startLoopbackServer((response) => respond(response, status, body));
  };
  const accept = answer(202, {
    status: 'accepted',
    id: 'one',
    requests: [{ namespace: 'acme', repository: 'api' }],
  });
  const ignore = answer(200, IGNORED);

  test('posts the signed sample, and says where its outcome is', async () => {
    await accept();
    const { status, stdout, stderr } = await run(['github', '--url', server.url, '--repository', 'acme/api']);
    expect(status).toBe(0);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/webhooks/github' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-github-event': 'repository',
      'x-hub-signature-256': expect.stringMatching(/^sha256=[\da-f]{64}$/),
    });
    expect(stderr).toMatch(
      /deletion of github:acme\/api \(.*tasks are deleted\).*signed with env:SEND_GITHUB/,
    );
    expect(stdout).toMatch(/^202 after \d+ ms\n{\n {2}"status": "accepted"/);
    expect(stdout).toMatch(/request for acme\/api .*output of npm start.*, under the id one/);
  });

  test('prints the answer as JSON', async () => {
    await ignore();
    const { stdout } = await run(['github', '--url', server.url, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'github',
      reference: 'env:SEND_GITHUB',
      status: 200,
      answer: IGNORED,
      ok: true,
      explanation: expect.stringMatching(
        /See: swr-sync route github:acme\/swr-sync-cleanup-hello --stage acme$/,
      ),
    });
  });

  test('takes the address from WEBHOOK_URL if --url is missing', async () => {
    await ignore();
    const environment = { WEBHOOK_URL: `${server.url}/webhooks` };
    expect((await run(['github', '--event', 'ping'], environment)).status).toBe(0);
    expect(server.requests).toMatchObject([
      { path: '/webhooks/github', headers: { 'x-github-event': 'ping' } },
    ]);
  });

  test('signs with the first of several secrets of another reference', async () => {
    await ignore();
    await run(['gitlab', '--url', server.url, '--secret', 'env:SEND_SEVERAL']);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-gitlab-token': NEWER });
  });

  test('hides a secret even where an answer repeats it, and follows no redirect', async () => {
    server = await startLoopbackServer((response, { headers }) =>
      respond(response, 307, { headers }, { Location: '/elsewhere' }),
    );
    const { status, stdout, stderr } = await run(['gitlab', '--url', server.url]);
    expect(status).toBe(1);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-gitlab-token': SECRET });
    expect(stdout).toContain('"x-gitlab-token": "…"');
    expect(stdout + stderr).not.toContain(SECRET);
  });

  test.each([
    { why: 'a variable is not set', args: ['--secret', 'env:SEND_NONE'], says: /env:SEND_NONE/ },
    { why: 'nothing listens at the address', args: [], says: /ECONNREFUSED/ },
  ])('fails if $why', async ({ args, says }) => {
    const gone = await startLoopbackServer(() => {});
    await gone.close();
    const { status, stderr } = await run(['github', '--url', gone.url, ...args]);
    expect(status).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain(SECRET);
  });

  test('names region and credentials if a stored secret can not be read', async () => {
    await answer(400, { __type: 'ResourceNotFoundException', message: 'none' })();
    const environment = { AWS_ENDPOINT_URL: server.url };
    const { status, stderr } = await run(
      ['github', '--url', server.url, '--secret', 'ssm:none'],
      environment,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/\(ssm:none\): .*ResourceNotFoundException.*\nCheck --region/);
  });
});
