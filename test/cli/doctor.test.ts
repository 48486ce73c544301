import { afterEach, describe, expect, test } from '@jest/globals';
import { acmeAccount } from '../support/acme-config.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
afterEach(() => {
  operating.sqs.reset();
  operating.switches.reset();
});

const NOWHERE = 'http://127.0.0.1:1';

type Environment = Readonly<Record<string, string | undefined>>;
type Row = Record<'name' | 'state' | 'message', string> & { hint?: string };

async function examine(environment: Environment = {}, options = '') {
  const { status, stdout } = await operating.run(`doctor ${options} --json`, environment);
  const { checks, failed, warnings }: { checks: Row[]; failed: number; warnings: number } =
    JSON.parse(stdout);
  const of = (name: string) => checks.find((each) => each.name === name);
  return { status, checks, failed, warnings, of, stdout };
}

test('checks everything of a stage', async () => {
  const { status, checks } = await examine();
  expect(status).toBe(0);
  expect(checks.map(({ name, state }) => `${state}: ${name}`)).toEqual([
    'ok: configuration',
    'ok: AWS',
    'ok: secret of account main',
    'ok: secret of account other',
    ...['main', 'other'].flatMap((account) =>
      ['IAM', 'SWR', 'clock', 'token', 'rights'].map((what) => `ok: ${what} of ${account}`),
    ),
    'ok: cleanup queue',
    'ok: dead-letter queue',
    'ok: sweep queue',
    'ok: ledger',
    // The DynamoDB of the tests has neither TTL nor backups.
    'warning: ledger TTL',
    'not checked: ledger backups',
    'ok: event bus',
    'ok: pause',
    'ok: Lambda concurrency',
  ]);
});

test('logs in once for each account, and changes nothing', async () => {
  await examine();
  expect(operating.cloud.journal.of('createToken')).toHaveLength(2);
  expect([
    ...operating.cloud.journal.of('createSyncTask'),
    ...operating.cloud.journal.of('deleteSyncTask'),
  ]).toEqual([]);
});

test('can be of one account', async () => {
  const { status, checks } = await examine({}, '--account other');
  expect([status, checks.filter(({ name }) => name.endsWith('of main'))]).toEqual([0, []]);
  expect(operating.cloud.journal.of('createToken')).toHaveLength(1);
});

test('prints a line for each check, with the next step', async () => {
  operating.sqs.sendMessage(operating.names.deadLetterQueue, '{}');
  const { status, stdout, stderr } = await operating.run('doctor');
  expect(stdout).toMatch(
    /^ok {11}configuration {12}config\/test\.yml: 2 accounts, 0 sources, 0 routes; mode apply$/m,
  );
  expect(stdout).toContain(
    'warning      dead-letter queue        1 message waiting, 0 in flight\n' +
      '             -> See why each is there: swr-sync failed list --stage test\n',
  );
  expect([status, stderr]).toEqual([0, '0 failed, 2 warnings.\n']);
});

describe('says what to fix', () => {
  const missing = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const wrong = { HUAWEI_CLOUD_CREDENTIALS: '{"domain":"acme-account","user":"robot","password":"wr0ng"}' };
  const halved = { HUAWEI_CLOUD_CREDENTIALS: '{"domain":"acme-account","user":"robot"}' };
  test.each([
    ['no credentials of AWS', missing, 'AWS', /^No AWS credentials/, undefined],
    ['no region of AWS', { AWS_REGION: undefined }, 'AWS', /^No AWS region: give --region/, undefined],
    ['a wrong password', wrong, 'token of main', /401/, /15 minutes lock the user/],
    ['an incomplete secret', halved, 'secret of account main', /wrong: password/, /Store it again/],
    ['no ledger', { LEDGER_TABLE: 'missing' }, 'ledger', /ResourceNotFound/, /npm run deploy/],
    [
      'no queue',
      { CLEANUP_QUEUE_URL: 'http://127.0.0.1:1/000000000000/missing' },
      'cleanup queue',
      /QueueDoesNotExist/,
      /npm run deploy/,
    ],
    [
      'no way to AWS',
      { AWS_ENDPOINT_URL_SQS: NOWHERE },
      'dead-letter queue',
      /ECONNREFUSED/,
      /network path to AWS/,
    ],
    [
      'no event bus',
      { AWS_ENDPOINT_URL_EVENTBRIDGE: NOWHERE },
      'event bus',
      /ECONNREFUSED/,
      /network path to AWS/,
    ],
  ] as const)('%s', async (_, environment, name, message, hint) => {
    const { status, failed, of } = await examine(environment);
    expect(status).toBe(1);
    expect(failed).toBeGreaterThan(0);
    expect(of(name)).toMatchObject({ state: 'failed', message: expect.stringMatching(message) });
    expect(of(name)?.hint ?? '').toMatch(hint ?? /^$/);
  });

  test.each([
    [
      'no right in SWR',
      'listNamespaces',
      { code: 'SVCSTG.SWR.4030170' },
      'rights of main',
      /lacks rights in SWR/,
    ],
    [
      'a locked user',
      'createToken',
      { status: 401, code: 'IAM.0061' },
      'token of main',
      /locked: wait for 15 minutes/,
    ],
    [
      'no programmatic access',
      'createToken',
      { status: 403, code: 'IAM.0081' },
      'token of main',
      /programmatic access/,
    ],
    [
      'no such project',
      'createToken',
      { status: 400, code: 'IAM.0011' },
      'token of main',
      /name of the IAM project/,
    ],
    ['an IAM in trouble', 'createToken', { status: 500 }, 'token of main', /endpoint of IAM/],
  ] as const)('%s', async (_, operation, fault, name, hint) => {
    operating.cloud.fault(operation, fault, { times: 10 });
    const { status, of } = await examine();
    expect([status, of(name)]).toMatchObject([1, { state: 'failed', hint: expect.stringMatching(hint) }]);
  });

  test('a rejected password is tried once for all accounts that have it', async () => {
    await examine(wrong);
    expect(operating.cloud.journal.of('createToken')).toHaveLength(1);
  });

  test('every issue of the configuration, and that the rest was not checked', async () => {
    await operating.writeConfig('faulty', { accounts: {}, routes: [{ from: 1 }] });
    const { status, checks } = await examine({}, '--stage faulty');
    expect(status).toBe(1);
    expect(checks).toEqual([
      {
        name: 'configuration',
        state: 'failed',
        message: expect.stringMatching(/accounts: found \{\}.*\n.*routes/s),
        hint: 'Fix this first: the rest was not checked.',
      },
    ]);
  });

  test.each([
    { why: 'a little', aheadMs: 90_000, state: 'warning', message: /^(?:89|90|91) s ahead of ours$/ },
    { why: 'far', aheadMs: -400_000, state: 'failed', message: /^(?:399|400|401) s behind ours$/ },
  ])('a clock that is $why off', async ({ aheadMs, state, message }) => {
    const server = await startLoopbackServer((response) =>
      respond(response, 404, {}, { Date: new Date(Date.now() + aheadMs).toUTCString() }),
    );
    try {
      await operating.writeConfig('off', { accounts: { main: acmeAccount(server.url) } });
      const { of } = await examine({}, '--stage off');
      expect(of('clock of main')).toMatchObject({
        state,
        message: expect.stringMatching(message),
        hint: expect.stringContaining('Set the clock'),
      });
    } finally {
      await server.close();
    }
  });

  test('an endpoint that does not answer, without logging in', async () => {
    const main = acmeAccount(operating.cloud.url, { swrEndpoint: NOWHERE });
    await operating.writeConfig('silent', { accounts: { main } });
    const { of } = await examine({}, '--stage silent');
    expect(of('SWR of main')).toMatchObject({
      state: 'failed',
      hint: expect.stringContaining('Check the endpoint'),
    });
    expect(of('token of main')).toMatchObject({ state: 'not checked' });
    expect(operating.cloud.journal.of('createToken')).toEqual([]);
  });

  test('an account that sees nothing', async () => {
    operating.cloud.fault('listNamespaces', { body: '{"namespaces":[]}' }, { times: 2 });
    const { of } = await examine();
    expect(of('rights of main')).toMatchObject({
      state: 'warning',
      message: 'the user sees no organization',
    });
  });
});

test.each([
  ['the ledger', 'AccessDeniedException', /^Allow your AWS identity dynamodb:DescribeTable\.$/],
  ['old credentials', 'ExpiredTokenException', /^AWS rejects these credentials/],
] as const)('says what to fix where AWS refuses: %s', async (_, code, says) => {
  const server = await startLoopbackServer((response) => respond(response, 400, { __type: code }));
  try {
    const { of } = await examine({ AWS_ENDPOINT_URL_DYNAMODB: server.url });
    expect(of('ledger')).toMatchObject({ state: 'failed', hint: expect.stringMatching(says) });
    expect(of('ledger TTL')).toMatchObject({ state: 'warning' });
  } finally {
    await server.close();
  }
});

test('a ledger that forgets and can be brought back is well', async () => {
  const answers: Record<string, unknown> = {
    DescribeTable: { Table: { TableStatus: 'ACTIVE' } },
    DescribeTimeToLive: {
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    },
    DescribeContinuousBackups: {
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
      },
    },
  };
  const server = await startLoopbackServer((response, { headers }) =>
    respond(response, 200, answers[String(headers['x-amz-target']).replace(/^.*\./, '')]),
  );
  try {
    const { status, warnings, of } = await examine({ AWS_ENDPOINT_URL_DYNAMODB: server.url });
    expect([status, warnings]).toEqual([0, 0]);
    expect(of('ledger TTL')).toMatchObject({ state: 'ok', message: 'entries expire after 90 days' });
    expect(of('ledger backups')).toMatchObject({ state: 'ok' });
  } finally {
    await server.close();
  }
});

describe('a paused stage', () => {
  test('gets a warning that names what is disabled', async () => {
    await operating.run('pause');
    const { status, of } = await examine();
    expect([status, of('pause')]).toMatchObject([
      0,
      {
        state: 'warning',
        message:
          'paused: event source of clean is disabled, event source of sweep is disabled, schedule of sweep is disabled',
        hint: expect.stringContaining('swr-sync resume --stage test'),
      },
    ]);
  });

  test('is partly paused while clean still runs', async () => {
    operating.switches.schedule.state = 'DISABLED';
    const { of } = await examine();
    expect(of('pause')).toMatchObject({
      state: 'warning',
      message: 'partly paused: schedule of sweep is disabled',
    });
  });
});

describe('the quota of Lambda', () => {
  const QUOTA = 'GET /2016-08-19/account-settings';

  test('is compared with what the stage uses at once', async () => {
    const limit = { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 };
    operating.switches.answers.set(QUOTA, [200, { AccountLimit: limit }]);
    const { status, of } = await examine();
    expect([status, of('Lambda concurrency')]).toMatchObject([
      0,
      {
        state: 'warning',
        message: expect.stringMatching(/^10 of 10 free .* up to 208: 200 for .*, 4 for clean, 4 for sweep$/),
        hint: expect.stringMatching(/^Request 1000 in Service Quotas .*webhookBurst/),
      },
    ]);
  });

  test.each([
    { call: QUOTA, name: 'Lambda concurrency', says: /lambda:GetAccountSettings/ },
    { call: 'GET /v2/apis', name: 'Lambda concurrency', says: /apigateway:GET/ },
    { call: 'GET /2015-03-31/event', name: 'pause', says: /lambda:ListEventSourceMappings/ },
  ])('is not checked without the permission for $call', async ({ call, name, says }) => {
    operating.switches.answers.set(call, [
      403,
      { __type: 'AccessDeniedException', message: 'not authorized' },
    ]);
    const { status, failed, of } = await examine();
    expect([status, failed]).toEqual([0, 0]);
    expect(of(name)).toMatchObject({ state: 'not checked', hint: expect.stringMatching(says) });
  });

  test('needs the HTTP API of the stage', async () => {
    operating.switches.answers.set('GET /v2/apis?', [200, { items: [] }]);
    const { of } = await examine();
    expect(of('Lambda concurrency')).toMatchObject({
      state: 'warning',
      message: 'There is no HTTP API swr-sync-cleanup-test.',
      hint: 'Deploy it: npm run deploy -- --stage test',
    });
  });
});

test('checks the secrets of sources, and shows none', async () => {
  const sources = {
    github: { type: 'github', secret: 'env:GITHUB_SECRET' },
    anyone: { type: 'standard-webhooks', secret: 'env:ANYONE_SECRET' },
  };
  await operating.writeConfig('sources', { sources });
  const secrets = { GITHUB_SECRET: 'a-github-secret-of-a-test', ANYONE_SECRET: 'not-whsec' };
  const { of, stdout } = await examine(secrets, '--stage sources');
  expect(of('secret of source github')).toMatchObject({ state: 'ok', message: 'env:GITHUB_SECRET' });
  expect(of('secret of source anyone')).toMatchObject({
    state: 'failed',
    hint: expect.stringContaining('Store it again'),
  });
  expect(stdout).not.toMatch(/a-github-secret|not-whsec|pa55word/);
});

describe('the API of a forge', () => {
  const PRIVATE = { visibility: 'private' };
  /** Checks of a forge that answers so by path. */
  async function examineForge(
    answers: Readonly<Record<string, [number, object]>>,
    { canary, token = 'token' }: { canary?: string | string[]; token?: string | undefined } = {},
  ) {
    const server = await startLoopbackServer((response, { path }) =>
      respond(response, ...(answers[decodeURIComponent(path)] ?? ([404, {}] as const))),
    );
    try {
      const api = { url: server.url, credentials: 'env:TOKEN', ...(canary !== undefined && { canary }) };
      await operating.writeConfig('forge', {
        sources: { gitlab: { type: 'gitlab', secret: 'env:GITLAB', api } },
      });
      const environment = { GITLAB: 'a-gitlab-secret-text', ...(token !== '' && { TOKEN: token }) };
      const { checks } = await examine(environment, '--stage forge');
      return checks.filter(({ name }) => /^(?:API|canary) of/.test(name));
    } finally {
      await server.close();
    }
  }
  const user: [number, object] = [200, { id: 7 }];
  const credentialsAreWell = { name: 'API of source gitlab', state: 'ok' };

  test('is well where every canary is visible and private', async () => {
    const answers = {
      '/api/v4/user': user,
      '/api/v4/projects/acme/canary': [200, PRIVATE] as [number, object],
      '/api/v4/projects/acme/pay/canary': [200, PRIVATE] as [number, object],
    };
    const canary = ['acme/canary', 'acme/pay/canary'];
    expect(await examineForge(answers, { canary })).toMatchObject([
      credentialsAreWell,
      { name: 'canary of source gitlab', state: 'ok', message: 'acme/canary is visible, and private' },
      { state: 'ok', message: 'acme/pay/canary is visible, and private' },
    ]);
  });

  test('should have a canary', async () => {
    expect(await examineForge({ '/api/v4/user': user })).toMatchObject([
      credentialsAreWell,
      {
        name: 'canary of source gitlab',
        state: 'warning',
        hint: expect.stringContaining('sources.gitlab.api.canary'),
      },
    ]);
  });

  test.each([
    { why: 'is not visible', answer: [404, {}], says: 'acme/canary is not visible' },
    { why: 'gives no answer', answer: [500, {}], says: 'acme/canary is not definitely visible' },
    {
      why: 'is public',
      answer: [200, { visibility: 'public' }],
      says: 'acme/canary is visible, and not private',
    },
  ] as { why: string; answer: [number, object]; says: string }[])(
    'has failed where the canary $why',
    async ({ answer, says }) => {
      const answers = { '/api/v4/user': user, '/api/v4/projects/acme/canary': answer };
      expect(await examineForge(answers, { canary: 'acme/canary' })).toMatchObject([
        credentialsAreWell,
        { state: 'failed', message: expect.stringContaining(says), hint: expect.any(String) },
      ]);
    },
  );

  test.each([
    { why: 'rejects the credentials', status: 401, says: /rejects the credentials$/ },
    { why: 'does not answer as an API', status: 502, says: /gave no definite answer$/ },
  ])('has failed where it $why, and no canary is checked', async ({ status, says }) => {
    expect(await examineForge({ '/api/v4/user': [status, {}] }, { canary: 'acme/canary' })).toMatchObject([
      { state: 'failed', message: expect.stringMatching(says), hint: expect.any(String) },
      { state: 'not checked' },
    ]);
  });

  test('is not checked without its credentials', async () => {
    expect(await examineForge({}, { token: '' })).toMatchObject([
      { name: 'API of source gitlab', state: 'not checked', message: expect.stringContaining('TOKEN') },
    ]);
  });
});
