import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { CERTIFICATE_UNAVAILABLE, ServiceError } from '../../lib/failure.ts';
import { MAX_JSON_VALUES } from '../../lib/json.ts';
import type { Delivery, Source, Verification } from '../../lib/sources/source.ts';
import { ConfiguredSource } from '../../lib/webhook/configured-source.ts';
import { answerHttp, type HttpAnswer, type WebhookEvent } from '../../lib/webhook/http-event.ts';
import { answerProblems } from '../../lib/webhook/problem.ts';
import { verifyDelivery } from '../../lib/webhook/verify-delivery.ts';
import { type HttpEventOptions, httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { recordLog } from '../support/recorded-log.ts';

const VERIFIED = { verified: true, signed: { key: 'digest' } } as const;

/** A source that believes everything, or as a test wants it. */
function sourceOf(differences: Partial<Source> = {}): Source {
  return {
    routed: true,
    verifiedBy: 'topics',
    parseSecret: () => Buffer.from(''),
    verify: (): Verification => VERIFIED,
    interpret: () => ({ type: 'ignored', reason: 'a test' }),
    ...differences,
  };
}

const recorded = recordLog();
beforeEach(() => recorded.clear());

function configuredSource(source: Source): ConfiguredSource {
  const read = () => Promise.reject(new Error('no secret is read'));
  return new ConfiguredSource('x', source, { topics: ['t'] }, read);
}

/** The answer to an event for a source called x. */
async function answerTo(differences: HttpEventOptions, source = sourceOf()) {
  const { log } = recorded;
  const sources = new Map([['x', configuredSource(source)]]);
  const handler = middy<WebhookEvent, HttpAnswer>()
    .use(answerProblems(log))
    .use(verifyDelivery(sources, log))
    .use(jsonBodyParser())
    .handler((event) => answerHttp(event, 200, {}, { parsed: event.body }));
  const type = { 'content-type': 'application/json' };
  const sent = httpEvent({ source: 'x', headers: type, body: '{"a":1}', ...differences });
  const { statusCode, headers, body } = await handler(sent, lambdaContext());
  return { status: statusCode, headers, body: JSON.parse(body) as unknown };
}

async function post(source: Source, contentType: string) {
  const { status, body } = await answerTo({ headers: { 'Content-Type': contentType } }, source);
  return { status, body };
}

/** A JSON text of so many bytes. */
function jsonOf(bytes: number): string {
  return JSON.stringify('x'.repeat(bytes - 2));
}

describe('a rejected delivery is answered with the reason', () => {
  test.each<{
    why: string;
    event: HttpEventOptions;
    verification?: Verification;
    status: number;
    detail: string;
  }>([
    {
      why: 'no such source',
      event: { source: 'y' },
      status: 404,
      detail: 'Unknown source. Send to /webhooks/SOURCE.',
    },
    {
      why: 'no signature',
      event: {},
      verification: { verified: false, reason: 'the signature is missing' },
      status: 401,
      detail: 'Signature verification failed for source x: the signature is missing.',
    },
    {
      why: 'a byte more than 1 MiB',
      event: { body: jsonOf(1_048_577) },
      status: 413,
      detail: 'The body has 1048577 bytes, more than 1048576.',
    },
  ])('$why: $status', async ({ event, verification = VERIFIED, status, detail }) => {
    const answer = await answerTo(event, sourceOf({ verify: () => verification }));
    expect(answer).toMatchObject({ status, body: { status, detail } });
    expect(recorded.of('rejected')).toMatchObject([{ level: 'warn', status, reason: detail }]);
    expect(recorded.of('verified')).toEqual([]);
  });

  test('another method than POST: 405, and which one is right', async () => {
    await expect(answerTo({ method: 'GET' })).resolves.toMatchObject({
      status: 405,
      headers: { Allow: 'POST' },
      body: { detail: 'Send events by POST.' },
    });
    expect(recorded.of('received')).toEqual([]);
  });
});

test('a body of 1 MiB passes', async () => {
  await expect(answerTo({ body: jsonOf(1_048_576) })).resolves.toMatchObject({ status: 200 });
});

test('a body is not decoded to find out that it is too large', async () => {
  const event = httpEvent({ source: 'x', base64: true });
  const body = 'A'.repeat(6_000_000);
  let decoded = false;
  const from = Buffer.from.bind(Buffer);
  const watched = jest.spyOn(Buffer, 'from').mockImplementation((...args: Parameters<typeof Buffer.from>) => {
    decoded ||= args[0] === body;
    return from(...args);
  });
  try {
    const handler = middy<WebhookEvent, HttpAnswer>()
      .use(answerProblems(recorded.log))
      .use(verifyDelivery(new Map([['x', configuredSource(sourceOf())]]), recorded.log))
      .handler(() => answerHttp(event, 200, {}, {}));
    const { statusCode } = await handler({ ...event, body }, lambdaContext());
    expect([statusCode, decoded]).toEqual([413, false]);
  } finally {
    watched.mockRestore();
  }
  expect(recorded.of('received')).toMatchObject([{ bytes: 4_500_000 }]);
});

test.each([false, true])(
  'a body of too many values is refused before it is parsed, as base64: %p',
  async (base64) => {
    const body = `[${'{},'.repeat(MAX_JSON_VALUES)}{}]`;
    expect(await answerTo({ body, base64 })).toMatchObject({
      status: 422,
      body: { detail: `The body has more than ${MAX_JSON_VALUES} JSON values.` },
    });
  },
);

test('the log tells who sent how much, and how long it took to verify', async () => {
  const startedAt = Date.now();
  await answerTo({ body: '{"ä":1}' });
  expect(recorded.of('received')).toMatchObject([{ level: 'info', source: 'x', bytes: 8 }]);
  const [verified] = recorded.of('verified');
  expect(verified).toMatchObject({ level: 'info', source: 'x' });
  expect(verified?.['ms']).toBeGreaterThanOrEqual(0);
  expect(verified?.['ms']).toBeLessThanOrEqual(Date.now() - startedAt);
});

test('a source that sends its JSON as a text is parsed', async () => {
  expect(await post(sourceOf({ contentType: 'any' }), 'text/plain; charset=UTF-8')).toEqual({
    status: 200,
    body: { parsed: { a: 1 } },
  });
});

test.each([
  { why: 'a lone surrogate, which UTF-8 can not hold', body: '{"a":"\ud800"}', parsed: { a: '\ufffd' } },
  { why: 'base64', base64: true, body: '{"a":"ä"}', parsed: { a: 'ä' } },
])('what is parsed are the bytes that were verified: $why', async ({ body, base64 = false, parsed }) => {
  let seen = '';
  const verify = ({ rawBody }: Delivery): Verification => {
    seen = rawBody.toString('utf8');
    return VERIFIED;
  };
  expect(await answerTo({ body, base64 }, sourceOf({ verify }))).toMatchObject({
    status: 200,
    body: { parsed },
  });
  expect(JSON.parse(seen)).toEqual(parsed);
});

test.each([{ body: '' }, { body: '\ufeff{}' }])(
  'a body that is no JSON is rejected: $body',
  async (event) => {
    expect(await answerTo(event)).toMatchObject({ status: 422 });
  },
);

test("the sender's id of the delivery is in the log, and is none where it is empty", async () => {
  const source = sourceOf({ deliveryIdHeaders: ['x-first', 'x-second'] });
  const type = { 'content-type': 'application/json' };
  await answerTo({ headers: { ...type, 'x-first': '', 'x-second': 'd1' } }, source);
  for (const event of ['received', 'verified']) {
    expect(recorded.of(event)).toMatchObject([{ deliveryId: 'd1' }]);
  }
  recorded.clear();
  await answerTo({ headers: { ...type, 'x-first': '' } }, source);
  expect(recorded.of('verified')[0]).not.toHaveProperty('deliveryId');
});

test('every other source has to send it as JSON', async () => {
  expect(await post(sourceOf(), 'text/plain')).toMatchObject({ status: 415 });
});

test('the sender has to retry later after too many certificates', async () => {
  const verify = () => {
    throw new ServiceError({ code: CERTIFICATE_UNAVAILABLE, message: 'too many', retryable: true });
  };
  expect(await answerTo({}, sourceOf({ verify }))).toMatchObject({
    status: 429,
    headers: { 'Retry-After': '30' },
  });
});

test('the sender has to retry later while the secret can not be read', async () => {
  const verify = () => {
    throw new ServiceError({ code: 'TIMEOUT', message: 'no certificate', retryable: true });
  };
  expect(await answerTo({}, sourceOf({ verify }))).toMatchObject({
    status: 503,
    headers: { 'Retry-After': '30' },
    body: { detail: 'The signature can not be verified now. Redeliver the event.' },
  });
  expect(recorded.of('rejected')).toMatchObject([
    { level: 'error', status: 503, cause: { code: 'TIMEOUT', message: 'no certificate' } },
  ]);
});

test('what goes wrong here is not shown', async () => {
  const source = sourceOf();
  const { log, lines } = recordLog();
  const handler = middy<WebhookEvent, HttpAnswer>()
    .use(answerProblems(log))
    .use(
      verifyDelivery(new Map([['x', new ConfiguredSource('x', source, {}, () => Promise.resolve(''))]]), log),
    )
    .handler(() => {
      throw new Error('an inner secret');
    });
  const { statusCode, body } = await handler(httpEvent({ source: 'x' }), lambdaContext());
  expect(statusCode).toBe(500);
  expect(body).not.toContain('inner');
  expect(lines.join('\n')).toMatch(/"event":"rejected".*"status":500.*an inner secret.*"stack":/);
});
