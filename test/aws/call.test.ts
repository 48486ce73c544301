import { beforeEach, describe, expect, test } from '@jest/globals';
import aws4 from 'aws4';
import { type AwsCall, callAws } from '../../lib/aws/call.ts';
import { caught, expectFailure } from '../support/caught.ts';
import { setVariables, useVariables } from '../support/environment.ts';
import { type Answering, respond, useServer } from '../support/loopback-server.ts';

/** One for each call; the last one also for all that follow. */
let answers: Answering[];
const server = useServer((response, request) =>
  answers[Math.min(server.requests.length, answers.length) - 1]?.(response, request),
);
beforeEach(() => {
  answers = [(response) => respond(response, 200, {})];
});
useVariables(() => ({
  AWS_REGION: 'eu-central-1',
  AWS_DEFAULT_REGION: undefined,
  AWS_ACCESS_KEY_ID: 'AKIDTESTS',
  AWS_SECRET_ACCESS_KEY: 'secret-access-key-for-tests',
  AWS_SESSION_TOKEN: undefined,
  AWS_ENDPOINT_URL: server.url,
  AWS_ENDPOINT_URL_SQS: undefined,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: undefined,
  AWS_ENDPOINT_URL_SSM: undefined,
}));

function send(differences: Partial<AwsCall> = {}): Promise<unknown> {
  return callAws({
    service: 'sqs',
    action: 'SendMessage',
    input: { a: 'ä' },
    timeoutMs: 5000,
    ...differences,
  });
}

function failing(status: number, body: unknown = '', headers: Record<string, string> = {}): Answering {
  return (response) => respond(response, status, body, headers);
}

const succeeding = failing(200, { MessageId: 'm-1' });

describe('a call', () => {
  test.each([
    ['sqs', 'AmazonSQS', '1.0'],
    ['secretsmanager', 'secretsmanager', '1.1'],
    ['ssm', 'AmazonSSM', '1.1'],
    ['dynamodb', 'DynamoDB_20120810', '1.0'],
    ['events', 'AWSEvents', '1.1'],
    ['ecr', 'AmazonEC2ContainerRegistry_V20150921', '1.1'],
  ] as const)('uses the JSON protocol of %s', async (service, target, version) => {
    answers = [succeeding];
    await expect(send({ service })).resolves.toEqual({ MessageId: 'm-1' });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/',
        headers: {
          'x-amz-target': `${target}.SendMessage`,
          'content-type': `application/x-amz-json-${version}`,
        },
        body: '{"a":"ä"}',
      },
    ]);
  });

  test('uses the REST protocol of lambda', async () => {
    answers = [failing(202, { UUID: 'u-1' })];
    const rest = { method: 'PUT', path: '/2015-03-31/event-source-mappings/u-1' } as const;
    await expect(send({ service: 'lambda', rest })).resolves.toEqual({ UUID: 'u-1' });
    const [request] = server.requests;
    expect(request).toMatchObject({ ...rest, body: '{"a":"ä"}' });
    expect(request?.headers).not.toHaveProperty('x-amz-target');
  });

  test('is signed with the key, the region and the service', async () => {
    await send();
    const { headers } = server.requests[0] ?? {};
    expect(headers?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDTESTS\/\d{8}\/eu-central-1\/sqs\/aws4_request, SignedHeaders=[a-z0-9;-]*\bhost\b[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(headers).toHaveProperty('x-amz-date');
    expect(headers).not.toHaveProperty('x-amz-security-token');
  });

  test('is signed with the secret key', async () => {
    await send();
    const { headers, body } = server.requests[0] ?? {};
    const { host, authorization, 'content-type': type, 'x-amz-date': date } = headers ?? {};
    const request = {
      host: `${host}`,
      path: '/',
      service: 'sqs',
      region: 'eu-central-1',
      body: `${body}`,
      headers: {
        'Content-Type': `${type}`,
        'X-Amz-Target': 'AmazonSQS.SendMessage',
        'X-Amz-Date': String(date),
      },
      // It adds this header by itself, and would sign it as well.
      extraHeadersToIgnore: { 'content-length': true },
    };
    const key = { accessKeyId: 'AKIDTESTS', secretAccessKey: 'secret-access-key-for-tests' };
    const { headers: expected } = aws4.sign(request, key);
    expect(authorization).toBe(expected?.['Authorization']);
  });

  test.each([
    ['AWS_REGION', undefined],
    ['AWS_REGION', ''],
    ['AWS_ACCESS_KEY_ID', undefined],
    ['AWS_SECRET_ACCESS_KEY', ''],
  ])('is not made where %s is %s', async (name, value) => {
    const undo = setVariables({ [name]: value, AWS_DEFAULT_REGION: 'eu-west-1' });
    await expect(send().finally(undo)).rejects.toMatchObject({
      message: `${name} is not set`,
      failure: { retryable: false },
    });
    expect(server.requests).toEqual([]);
  });

  test('takes an empty session token for none', async () => {
    const undo = setVariables({ AWS_SESSION_TOKEN: '' });
    await send().finally(undo);
    expect(server.requests[0]?.headers).not.toHaveProperty('x-amz-security-token');
  });

  test('carries the session token of a role, signed', async () => {
    const undo = setVariables({ AWS_SESSION_TOKEN: 'session-token-for-tests' });
    await send().finally(undo);
    const { headers } = server.requests[0] ?? {};
    expect(headers).toMatchObject({ 'x-amz-security-token': 'session-token-for-tests' });
    expect(headers?.authorization).toContain('x-amz-security-token');
  });

  test('returns {} for an empty success', async () => {
    answers = [failing(200)];
    await expect(send()).resolves.toEqual({});
  });
});

describe('the trace of X-Ray', () => {
  const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const sent = async (value: string | undefined) => {
    const undo = setVariables({ _X_AMZN_TRACE_ID: value });
    await send().finally(undo);
    return server.requests.at(-1)?.headers ?? {};
  };

  test('is passed on in each call with its current value', async () => {
    await expect(sent(trace)).resolves.toMatchObject({ 'x-amzn-trace-id': trace });
    await expect(sent('Root=another')).resolves.toMatchObject({ 'x-amzn-trace-id': 'Root=another' });
  });

  test('is not signed, since proxies may change it', async () => {
    const { authorization } = await sent(trace);
    expect(authorization).toMatch(/SignedHeaders=content-type;host;x-amz-date;x-amz-target,/);
  });

  test('is not sent when there is none', async () => {
    await expect(sent(undefined)).resolves.not.toHaveProperty('x-amzn-trace-id');
  });
});

describe('the endpoint', () => {
  const nowhere = 'http://127.0.0.1:1';
  test.each([
    ['sqs', 'AWS_ENDPOINT_URL_SQS'],
    ['secretsmanager', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'],
    ['ssm', 'AWS_ENDPOINT_URL_SSM'],
    ['dynamodb', 'AWS_ENDPOINT_URL_DYNAMODB'],
    ['events', 'AWS_ENDPOINT_URL_EVENTBRIDGE'],
    ['ecr', 'AWS_ENDPOINT_URL_ECR'],
  ] as const)('of %s is in %s first', async (service, variable) => {
    const undo = setVariables({ AWS_ENDPOINT_URL: nowhere, [variable]: server.url });
    await send({ service, endpoint: nowhere }).finally(undo);
    expect(server.requests).toHaveLength(1);
  });

  test('of every service is in AWS_ENDPOINT_URL, before that of the call', async () => {
    await send({ endpoint: nowhere });
    expect(server.requests).toHaveLength(1);
  });

  // An invalid region: nothing is called, and the error has the address.
  test.each([
    { service: 'sqs', region: '<any>', url: 'https://sqs.<any>.amazonaws.com' },
    { service: 'ecr', region: '<any>', url: 'https://api.ecr.<any>.amazonaws.com' },
    { service: 'dynamodb', region: 'cn-<any>', url: 'https://dynamodb.cn-<any>.amazonaws.com.cn' },
    { service: 'events', region: 'eusc-<any>', url: 'https://events.eusc-<any>.amazonaws.eu' },
  ] as const)('of $service in $region is $url by default', async ({ service, region, url }) => {
    const undo = setVariables({ AWS_ENDPOINT_URL: undefined, AWS_REGION: region });
    await expect(send({ service }).finally(undo)).rejects.toMatchObject({ input: url });
  });

  test.each([undefined, ''])('is that of the call when the environment has %p', async (none) => {
    const undo = setVariables({ AWS_ENDPOINT_URL: none, AWS_ENDPOINT_URL_SQS: none });
    await send({ endpoint: server.url }).finally(undo);
    expect(server.requests).toHaveLength(1);
  });
});

test('an invalid header fails without its value', async () => {
  const undo = setVariables({ AWS_SESSION_TOKEN: 'hunter\n2' });
  const error = await caught(send().finally(undo));
  expect(error).toMatchObject({ code: 'ERR_INVALID_CHAR' });
  expect(String(error)).not.toContain('hunter');
  expect(server.requests).toEqual([]);
});

describe('a failed call', () => {
  test.each<[why: string, failure: Answering]>([
    ['an internal error', failing(500, { __type: 'InternalFailure' })],
    ['a 503', failing(503)],
    ['a 429', failing(429)],
    ['throttling', failing(400, { __type: 'com.amazonaws.sqs#ThrottlingException' })],
    ['too many requests', failing(400, { __type: 'TooManyRequestsException' })],
    ['a broken connection', (response) => response.socket?.destroy()],
  ])('is retried up to twice after %s', async (_, failure) => {
    answers = [failure, failure, succeeding];
    await expect(send()).resolves.toEqual({ MessageId: 'm-1' });
    expect(server.requests).toHaveLength(3);
  });

  test('fails after the third attempt', async () => {
    answers = [failing(503, { __type: 'ServiceUnavailable', message: 'later' })];
    await expect(send()).rejects.toMatchObject({
      name: 'AwsError',
      message: 'sqs SendMessage: 503 ServiceUnavailable later',
      failure: { code: 'ServiceUnavailable', status: 503, retryable: true },
    });
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    [400, 'AccessDeniedException'],
    [400, 'com.amazonaws.sqs#QueueDoesNotExist'],
    [403, 'InvalidSignatureException'],
    [403, 'ExpiredTokenException'],
    [404, 'HTTP_404'],
  ])('is not retried after %i %s', async (status, code) => {
    answers = [failing(status, code.startsWith('HTTP_') ? '' : { __type: code })];
    await expectFailure(send(), { code: code.replace(/^.*#/, ''), status, retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['<html></html>', '{"MessageId":'])(
    'can be a success with the body %s, and is retried',
    async (body) => {
      answers = [failing(200, body)];
      await expect(send()).rejects.toMatchObject({
        message: 'sqs SendMessage: 200 HTTP_200',
        failure: { code: 'HTTP_200', status: 200, retryable: true },
      });
      expect(server.requests).toHaveLength(3);
    },
  );

  test('hides key, signature and session token when AWS repeats them', async () => {
    answers = [
      (response, { headers }) =>
        respond(response, 403, {
          __type: 'InvalidSignatureException',
          message: `${headers.authorization} and ${String(headers['x-amz-security-token'])}, both wrong`,
        }),
    ];
    const undo = setVariables({ AWS_SESSION_TOKEN: 'session-token-for-tests' });
    await expect(send().finally(undo)).rejects.toMatchObject({
      message: expect.stringMatching(/Credential=\*\*\*, .*Signature=\*\*\* and \*\*\*, both wrong$/),
    });
  });

  test('is not retried after the time limit', async () => {
    answers = [() => undefined];
    await expectFailure(send({ timeoutMs: 60 }), { code: 'TIMEOUT', retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test('is not retried when the pause is longer than the remaining time', async () => {
    answers = [failing(503)];
    await expectFailure(send({ timeoutMs: 5000, firstPauseMs: 10_000 }), { status: 503, retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test('is transient when no server listens', async () => {
    await server.close();
    await expect(send()).rejects.toMatchObject({
      name: 'AwsError',
      failure: { code: 'ECONNREFUSED', retryable: true },
    });
  });
});
