import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../command-line/options.ts';
import { showRequest } from '../../scripts/send/show-request.ts';
import { send } from '../../scripts/send.ts';
import { caught } from '../support/caught.ts';
import { setVariables } from '../support/environment.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const SECRET = 'the-secret-of-this-test';
const NEWER = 'its-newer-secret-of-this-test';
const sources = {
  github: { type: 'github', secret: 'env:SEND_TEST_SECRET' },
  gitlab: { type: 'gitlab', secret: 'env:SEND_TEST_GITLAB' },
  fixed: { type: 'github', secret: 'env:SEND_TEST_FIXED' },
  cts: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:swr'] },
};
const CONFIG = {
  accounts: { main: { region: 'cn-north-4', credentials: 'env:X' } },
  sources,
  routes: [
    { from: 'github:acme/{repo}', to: 'acme-images/{repo}', firstDeletionCounts: true },
    { from: 'fixed:{owner}/{repo}', to: 'acme-images/all', firstDeletionCounts: true },
  ],
};

let folder: string;
let file: string;
let restore: () => void;
let server: LoopbackServer | undefined;

beforeAll(async () => {
  restore = setVariables({
    SEND_TEST_SECRET: SECRET,
    SEND_TEST_GITLAB: SECRET,
    SEND_TEST_FIXED: SECRET,
    SEND_TEST_NONE: undefined,
    WEBHOOK_URL: undefined,
  });
  folder = await mkdtemp(join(tmpdir(), 'send-'));
  file = join(folder, 'acme.yml');
  await writeFile(file, JSON.stringify(CONFIG));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(async () => {
  restore();
  await rm(folder, { recursive: true });
});

const run = async (...args: string[]) => {
  const printed: string[] = [];
  const status = await send([...args, '--config', file], (line) => printed.push(line));
  return { status, text: printed.join('\n') };
};

describe('bad usage', () => {
  const URL_OPTION = ['--url', 'http://127.0.0.1:9'];
  test.each([
    { why: 'no source', args: URL_OPTION, message: /SOURCE is missing/ },
    { why: 'more than a source', args: ['github', SECRET], message: /something after SOURCE/ },
    { why: 'an unknown option', args: ['github', '--verbose'], message: /--verbose/ },
    { why: 'an unknown event', args: ['github', '--event', 'push'], message: /deletion, ping/ },
    { why: 'an unknown source', args: ['gitea', ...URL_OPTION], message: /sources are: github/ },
    { why: 'a source that nobody else can sign for', args: ['cts', ...URL_OPTION], message: /Huawei Cloud/ },
    { why: 'no address', args: ['github'], message: /WebhookUrl.*npm start/ },
    { why: 'a secret', args: ['github', '--secret', SECRET], message: /reference.*replace it/s },
    { why: 'a secret with a dash', args: ['github', '--secret', `-${SECRET}`], message: /--secret/ },
    { why: 'a flag with a secret', args: ['github', `--dry-run=${SECRET}`], message: /--dry-run/ },
    {
      why: 'a name that the sender can not have',
      args: ['github', ...URL_OPTION, '--repository', 'api'],
      message: /github can not tell of a repository api: .*OWNER\/NAME/,
    },
    {
      why: 'no name that is safe',
      args: ['fixed', ...URL_OPTION],
      message: /every name to a repository that may exist/,
    },
  ])('is told for $why, and repeats no secret', async ({ args, message }) => {
    const error = await caught(run(...args));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain(SECRET);
  });
});

describe('a dry run', () => {
  test('sends and reads nothing, and shows the request without its proof', async () => {
    const args = [
      'github',
      '--secret',
      'env:SEND_TEST_NONE',
      '--url',
      'http://127.0.0.1:9/webhooks',
      '--dry-run',
    ];
    const { status, text } = await run(...args);
    expect(status).toBe(0);
    expect(text).toMatch(/^curl -i 'http:\/\/127.0.0.1:9\/webhooks\/github' \\\n/);
    expect(text).toContain(`-H 'X-Hub-Signature-256: sha256=…'`);
    expect(text).toContain('"full_name":"acme/swr-sync-cleanup-hello"');
  });

  test('is written so that a shell takes it as it is', () => {
    const content = { headers: { A: "it's" }, body: '{}' };
    expect(showRequest(new URL('https://x.example/'), content, [])).toContain(String.raw`'A: it'\''s'`);
  });
});

describe('sending', () => {
  const accepted = {
    status: 'accepted',
    id: 'one',
    requests: [{ namespace: 'acme-images', repository: 'api' }],
  };

  test('posts the sample with its proof, and says where to look', async () => {
    server = await startLoopbackServer((response) => respond(response, 202, accepted));
    const { status, text } = await run('github', '--url', server.url, '--repository', 'acme/api');
    expect(status).toBe(0);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/webhooks/github' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-github-event': 'repository',
      'x-hub-signature-256': expect.stringMatching(/^sha256=[\da-f]{64}$/),
    });
    expect(text).toMatch(
      /deletion of github:acme\/api .*as if it were gone, proved with env:SEND_TEST_SECRET/,
    );
    expect(text).toMatch(/202 after \d+ ms\n{\n {2}"status": "accepted"/);
    expect(text).toMatch(/request for acme-images\/api\. .*npm start prints, under the id one/);
  });

  test('takes the address from WEBHOOK_URL where none is said', async () => {
    server = await startLoopbackServer((response) =>
      respond(response, 200, { status: 'ignored', reason: 'x' }),
    );
    const undo = setVariables({ WEBHOOK_URL: `${server.url}/webhooks` });
    try {
      expect((await run('github', '--event', 'ping')).status).toBe(0);
    } finally {
      undo();
    }
    expect(server.requests).toMatchObject([
      { path: '/webhooks/github', headers: { 'x-github-event': 'ping' } },
    ]);
  });

  test('uses the first of several secrets, and another reference if one is chosen', async () => {
    server = await startLoopbackServer((response) =>
      respond(response, 200, { status: 'ignored', reason: 'x' }),
    );
    const undo = setVariables({ SEND_TEST_SEVERAL: JSON.stringify([NEWER, SECRET]) });
    try {
      await run('gitlab', '--url', server.url, '--secret', 'env:SEND_TEST_SEVERAL');
    } finally {
      undo();
    }
    expect(server.requests[0]?.headers).toMatchObject({ 'x-gitlab-token': NEWER });
  });

  test('hides a secret even from an answer that repeats it, and follows no redirect', async () => {
    server = await startLoopbackServer((response, { headers }) =>
      respond(response, 307, { headers }, { Location: '/elsewhere' }),
    );
    const { status, text } = await run('gitlab', '--url', server.url);
    expect(status).toBe(1);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-gitlab-token': SECRET });
    expect(text).toContain('"x-gitlab-token": "…"');
    expect(text).not.toContain(SECRET);
  });

  test.each([
    {
      why: 'a variable that is not set',
      args: ['--secret', 'env:SEND_TEST_NONE'],
      message: /env:SEND_TEST_NONE/,
    },
    { why: 'nobody at the address', args: [], message: /ECONNREFUSED/ },
  ])('fails with what to mend for $why', async ({ args, message }) => {
    const gone = await startLoopbackServer(() => {});
    await gone.close();
    const error = await caught(run('github', '--url', gone.url, ...args));
    expect(error).not.toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain(SECRET);
  });

  test('says which region and credentials a stored secret is read with', async () => {
    server = await startLoopbackServer((response) =>
      respond(response, 400, { __type: 'ResourceNotFoundException', message: 'none' }),
    );
    const undo = setVariables({ AWS_ENDPOINT_URL: server.url });
    try {
      const error = await caught(run('github', '--url', server.url, '--secret', 'secretsmanager:none'));
      expect(String(error)).toMatch(/\(secretsmanager:none\): .*ResourceNotFoundException.*\nAWS_REGION/);
    } finally {
      undo();
    }
  });
});
