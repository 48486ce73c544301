import { beforeEach, describe, expect, test } from '@jest/globals';
import { SecretStore } from '../../lib/aws/secret-store.ts';
import { expectFailure } from '../support/caught.ts';
import { MINUTE_MS, type StoppedClock, stopClock } from '../support/clock.ts';
import { AWS_ACCESS, setVariables, useVariables } from '../support/environment.ts';
import { respond, useServer } from '../support/loopback-server.ts';

const SECRET = 'secretsmanager:prod/github';
const PARAMETER = 'ssm:/prod/github';

const server = useServer((response) =>
  respond(response, 200, { SecretString: 'one', Parameter: { Value: 'two' } }),
);
useVariables(() => ({ ...AWS_ACCESS, AWS_ENDPOINT_URL: server.url, TEST_SECRET: 'three' }));
let clock: StoppedClock;
let store: SecretStore;
beforeEach(() => {
  clock = stopClock();
  store = new SecretStore(clock.read);
});

function failWith(status: number, type: string): void {
  server.answer = (response) => respond(response, status, { __type: type, message: 'no' });
}

test.each([
  [SECRET, 'one', 'secretsmanager.GetSecretValue', { SecretId: 'prod/github' }],
  [PARAMETER, 'two', 'AmazonSSM.GetParameter', { Name: '/prod/github', WithDecryption: true }],
])('reads %s', async (reference, text, target, input) => {
  await expect(store.read(reference, 0)).resolves.toBe(text);
  expect(server.requests).toMatchObject([{ headers: { 'x-amz-target': target } }]);
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(input);
});

test('reads the current value of an environment variable', async () => {
  await expect(store.read('env:TEST_SECRET', MINUTE_MS)).resolves.toBe('three');
  const undo = setVariables({ TEST_SECRET: 'four' });
  await expect(store.read('env:TEST_SECRET', MINUTE_MS)).resolves.toBe('four');
  undo();
  expect(server.requests).toEqual([]);
});

describe('a cached secret', () => {
  test.each([
    { why: 'it is young enough', ageMs: MINUTE_MS, maxAgeMs: MINUTE_MS, calls: 1 },
    { why: 'it is a moment too old', ageMs: MINUTE_MS + 1, maxAgeMs: MINUTE_MS, calls: 2 },
    { why: 'the reader wants it fresh', ageMs: 1, maxAgeMs: 0, calls: 2 },
  ])('costs $calls calls where $why', async ({ ageMs, maxAgeMs, calls }) => {
    await store.read(SECRET, maxAgeMs);
    clock.now += ageMs;
    await store.read(SECRET, maxAgeMs);
    expect(server.requests).toHaveLength(calls);
  });

  test('is read once for 20 readers at the same time', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, () => store.read(SECRET, 0)));
    expect(new Set(texts)).toEqual(new Set(['one']));
    expect(server.requests).toHaveLength(1);
  });

  test('is cached by its reference', async () => {
    await Promise.all([store.read(SECRET, MINUTE_MS), store.read('secretsmanager:other', MINUTE_MS)]);
    expect(server.requests).toHaveLength(2);
  });

  test('is read again once it is too old', async () => {
    await store.read(SECRET, 0);
    server.answer = (response) => respond(response, 200, { SecretString: 'changed' });
    clock.now += 1;
    await expect(store.read(SECRET, 0)).resolves.toBe('changed');
  });

  test('is used longer while the store is unavailable, but not after a permanent failure', async () => {
    await store.read(SECRET, 0);
    clock.now += MINUTE_MS;
    failWith(500, 'InternalServiceError');
    await expect(store.read(SECRET, 0)).resolves.toBe('one');
    failWith(400, 'AccessDeniedException');
    await expectFailure(store.read(SECRET, 0), { code: 'SECRET_UNUSABLE' });
    server.answer = (response) => respond(response, 200, { SecretString: 'changed' });
    await expect(store.read(SECRET, 0)).resolves.toBe('changed');
  });
});

describe('an unreadable secret', () => {
  test.each([
    [400, 'ResourceNotFoundException', 'SECRET_UNUSABLE'],
    [400, 'AccessDeniedException', 'SECRET_UNUSABLE'],
    [400, 'DecryptionFailure', 'SECRET_UNUSABLE'],
    [500, 'InternalServiceError', 'SECRET_UNAVAILABLE'],
    [400, 'ThrottlingException', 'SECRET_UNAVAILABLE'],
  ])('with %i %s is %s', async (status, type, code) => {
    failWith(status, type);
    for (const reference of [SECRET, PARAMETER]) {
      await expect(store.read(reference, 0)).rejects.toMatchObject({
        name: 'ServiceError',
        failure: {
          code,
          retryable: code === 'SECRET_UNAVAILABLE',
          message: expect.stringContaining(reference),
        },
      });
    }
  });

  test('is SECRET_UNAVAILABLE when no server listens', async () => {
    await server.close();
    await expectFailure(store.read(SECRET, 0), { code: 'SECRET_UNAVAILABLE' });
  });

  test.each([{ SecretBinary: 'AAEC' }, { SecretString: { password: 'pa55word' } }])(
    'is SECRET_UNUSABLE and not shown: %j',
    async (body) => {
      server.answer = (response) => respond(response, 200, body);
      await expectFailure(store.read(SECRET, 0), {
        code: 'SECRET_UNUSABLE',
        message: `${SECRET}: not a text`,
        retryable: false,
      });
    },
  );

  test('is SECRET_UNUSABLE when the environment has no such variable', async () => {
    await expectFailure(store.read('env:TEST_NOT_SET', 0), { code: 'SECRET_UNUSABLE', retryable: false });
  });

  test('fails for all readers at the same time, and is read again by the next one', async () => {
    failWith(400, 'ResourceNotFoundException');
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => store.read(SECRET, 0)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests).toHaveLength(1);
    server.answer = (response) => respond(response, 200, { SecretString: 'there' });
    await expect(store.read(SECRET, 0)).resolves.toBe('there');
  });
});
