import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SecretStore } from '../../lib/aws/secret-store.ts';
import { MINUTE_MS, type StoppedClock, stopClock } from '../support/clock.ts';
import { setVariables } from '../support/environment.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

const SECRET = 'secretsmanager:prod/github';
const PARAMETER = 'ssm:/prod/github';

let server: LoopbackServer;
let answer: Answering;
let restore: () => void;
let clock: StoppedClock;
let store: SecretStore;
beforeEach(async () => {
  answer = (response) => respond(response, 200, { SecretString: 'one', Parameter: { Value: 'two' } });
  server = await startLoopbackServer((response, request) => answer(response, request));
  restore = setVariables({ AWS_ENDPOINT_URL: server.url, AWS_REGION: 'eu-central-1', TEST_SECRET: 'three' });
  clock = stopClock();
  store = new SecretStore(clock.read);
});
afterEach(async () => {
  restore();
  await server.close();
});

function failWith(status: number, type: string): void {
  answer = (response) => respond(response, status, { __type: type, message: 'no' });
}

test.each([
  {
    why: 'Secrets Manager',
    reference: SECRET,
    text: 'one',
    target: 'secretsmanager.GetSecretValue',
    input: { SecretId: 'prod/github' },
  },
  {
    why: 'Parameter Store, decrypted',
    reference: PARAMETER,
    text: 'two',
    target: 'AmazonSSM.GetParameter',
    input: { Name: '/prod/github', WithDecryption: true },
  },
])('reads a secret from $why', async ({ reference, text, target, input }) => {
  await expect(store.read(reference, 0)).resolves.toBe(text);
  expect(server.requests).toMatchObject([{ headers: { 'x-amz-target': target } }]);
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(input);
});

test('reads a secret from the environment, as it is now', async () => {
  await expect(store.read('env:TEST_SECRET', MINUTE_MS)).resolves.toBe('three');
  const undo = setVariables({ TEST_SECRET: 'four' });
  await expect(store.read('env:TEST_SECRET', MINUTE_MS)).resolves.toBe('four');
  undo();
  expect(server.requests).toEqual([]);
});

describe('a secret that was read', () => {
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

  test('is fetched once for all who ask at the same time', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, () => store.read(SECRET, 0)));
    expect(new Set(texts)).toEqual(new Set(['one']));
    expect(server.requests).toHaveLength(1);
  });

  test('is not that of another reference', async () => {
    await Promise.all([store.read(SECRET, MINUTE_MS), store.read('secretsmanager:other', MINUTE_MS)]);
    expect(server.requests).toHaveLength(2);
  });

  test('is seen in its new form once it is too old', async () => {
    await store.read(SECRET, 0);
    answer = (response) => respond(response, 200, { SecretString: 'changed' });
    clock.now += 1;
    await expect(store.read(SECRET, 0)).resolves.toBe('changed');
  });

  test('serves on while the store is away, and only then', async () => {
    await store.read(SECRET, 0);
    clock.now += MINUTE_MS;
    failWith(500, 'InternalServiceError');
    await expect(store.read(SECRET, 0)).resolves.toBe('one');
    failWith(400, 'AccessDeniedException');
    await expect(store.read(SECRET, 0)).rejects.toMatchObject({ failure: { code: 'SECRET_UNUSABLE' } });
    answer = (response) => respond(response, 200, { SecretString: 'changed' });
    await expect(store.read(SECRET, 0)).resolves.toBe('changed');
  });
});

describe('a secret that can not be read', () => {
  test.each([
    { why: 'it does not exist', status: 400, type: 'ResourceNotFoundException', code: 'SECRET_UNUSABLE' },
    { why: 'a permission is missing', status: 400, type: 'AccessDeniedException', code: 'SECRET_UNUSABLE' },
    { why: 'its key is gone', status: 400, type: 'DecryptionFailure', code: 'SECRET_UNUSABLE' },
    { why: 'the store is broken', status: 500, type: 'InternalServiceError', code: 'SECRET_UNAVAILABLE' },
    { why: 'the store throttles', status: 400, type: 'ThrottlingException', code: 'SECRET_UNAVAILABLE' },
  ])('is $code where $why', async ({ status, type, code }) => {
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

  test('is SECRET_UNAVAILABLE where nobody answers', async () => {
    await server.close();
    await expect(store.read(SECRET, 0)).rejects.toMatchObject({ failure: { code: 'SECRET_UNAVAILABLE' } });
    server = await startLoopbackServer(() => undefined);
  });

  test.each([
    { why: 'it is bytes and no text', body: { SecretBinary: 'AAEC' } },
    { why: 'it is something else', body: { SecretString: { password: 'pa55word' } } },
  ])('is SECRET_UNUSABLE where $why, and not shown', async ({ body }) => {
    answer = (response) => respond(response, 200, body);
    await expect(store.read(SECRET, 0)).rejects.toMatchObject({
      failure: { code: 'SECRET_UNUSABLE', message: `${SECRET}: not a text`, retryable: false },
    });
  });

  test('is SECRET_UNUSABLE where the environment has no such variable', async () => {
    await expect(store.read('env:TEST_NOT_SET', 0)).rejects.toMatchObject({
      failure: { code: 'SECRET_UNUSABLE', retryable: false },
    });
  });

  test('fails for all who ask at the same time, and is tried anew for the next', async () => {
    failWith(400, 'ResourceNotFoundException');
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => store.read(SECRET, 0)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests).toHaveLength(1);
    answer = (response) => respond(response, 200, { SecretString: 'there' });
    await expect(store.read(SECRET, 0)).resolves.toBe('there');
  });
});
