import { generateKeyPairSync, type KeyLike, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHuaweiSmn, huaweiSmn } from '../../lib/sources/huawei-smn.ts';
import { fetchCertificate } from '../../lib/sources/signing-certificate.ts';
import type { Delivery } from '../../lib/sources/source.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const NOW = Date.parse('2026-11-24T03:00:00Z');
const HOUR_MS = 60 * 60 * 1000;
const TOPIC = 'urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions';

const readText = (name: string) =>
  readFileSync(new URL(`../fixtures/huawei-smn/${name}`, import.meta.url), 'utf8');
const key = readText('signing.key');
const deleted = readWebhook('huawei-smn/repository-deleted');
const confirmation = readWebhook('huawei-smn/subscription-confirmation');

let server: LoopbackServer;
let answer: { status: number; body: string };
beforeAll(async () => {
  server = await startLoopbackServer((response) => respond(response, answer.status, answer.body));
});
afterAll(() => server.close());
let seenBefore = 0;
beforeEach(() => {
  answer = { status: 200, body: readText('signing.crt') };
  seenBefore = server.requests.length;
});
const fetched = () => server.requests.slice(seenBefore).map(({ path }) => path);

/** SMN's addresses as they are, whose certificates lie on loopback. */
const createSource = () =>
  createHuaweiSmn({ fetchCertificate: (url) => fetchCertificate(new URL(url.pathname, server.url)) });

function verify(delivery: Delivery, { now = NOW, topics = [TOPIC], source = createSource() } = {}) {
  return source.verify(delivery, [], now, { topics });
}

/** A recorded message with other fields, signed again. */
function signed(
  fixture: typeof deleted,
  fields: Record<string, unknown>,
  privateKey: KeyLike = key,
): Delivery {
  const message: Record<string, unknown> = { ...JSON.parse(fixture.body), ...fields };
  const names = ['message', 'message_id', 'subject', 'subscribe_url', 'timestamp', 'topic_urn', 'type'];
  const text = names.filter((name) => message[name]).map((name) => `${name}\n${String(message[name])}\n`);
  const signature = sign('sha256', Buffer.from(text.join('')), privateKey).toString('base64');
  return deliveryOf(fixture, { body: JSON.stringify({ ...message, signature }) });
}

describe('a message is believed', () => {
  test.each([
    'repository-deleted',
    'organization-deleted',
    'subscription-confirmation',
    'unsubscribe-confirmation',
  ])('as it was recorded: %s', async (name) => {
    expect(await verify(deliveryOf(readWebhook(`huawei-smn/${name}`)))).toMatchObject({ verified: true });
    expect(fetched()).toEqual(['/smn/SMN_cn-north-4_3190c26a56fb435f9882e3435b0c9d11.pem']);
  });

  test('with a certificate that is fetched once for several', async () => {
    const source = createSource();
    expect(await verify(deliveryOf(deleted), { source })).toMatchObject({ verified: true });
    expect(await verify(deliveryOf(confirmation), { source })).toMatchObject({ verified: true });
    expect(fetched()).toHaveLength(1);
  });

  test.each([-HOUR_MS, HOUR_MS])('with a clock that differs by %d ms', async (difference) => {
    expect(await verify(deliveryOf(deleted), { now: NOW + difference })).toMatchObject({ verified: true });
  });

  test('on one of several topics', async () => {
    expect(await verify(deliveryOf(deleted), { topics: ['urn:x', TOPIC] })).toMatchObject({ verified: true });
  });
});

describe('nothing is fetched, and the message refused, with', () => {
  const cases: {
    why: string;
    delivery: Delivery;
    reason: string;
    now?: number;
    topics?: string[];
  }[] = [
    {
      why: 'a certificate on another host',
      delivery: signed(deleted, { signing_cert_url: 'https://evil.test/smn/SMN.pem' }),
      reason: 'signing_cert_url is not an https address of SMN',
    },
    {
      why: 'a certificate on another host that contains the name',
      delivery: signed(deleted, {
        signing_cert_url: 'https://smn.cn-north-4.myhuaweicloud.com.evil.test/x.pem',
      }),
      reason: 'signing_cert_url is not an https address of SMN',
    },
    {
      why: 'a certificate without TLS',
      delivery: signed(deleted, { signing_cert_url: 'http://smn.cn-north-4.myhuaweicloud.com/smn/SMN.pem' }),
      reason: 'signing_cert_url is not an https address of SMN',
    },
    {
      why: 'a confirmation on another host',
      delivery: signed(confirmation, { subscribe_url: 'https://evil.test/confirm' }),
      reason: 'subscribe_url is not an https address of SMN',
    },
    {
      why: 'a confirmation without TLS',
      delivery: signed(confirmation, { subscribe_url: 'http://smn.cn-north-4.myhuaweicloud.com/confirm' }),
      reason: 'subscribe_url is not an https address of SMN',
    },
    {
      why: 'a confirmation without an address',
      delivery: signed(confirmation, { subscribe_url: null }),
      reason: 'subscribe_url is not an https address of SMN',
    },
    {
      why: 'a topic that is not listed',
      delivery: signed(deleted, { topic_urn: `${TOPIC}2` }),
      reason: 'topic_urn is not among the listed topics',
    },
    {
      why: 'a subscription to a topic that is not listed',
      delivery: signed(confirmation, { topic_urn: 'urn:smn:cn-north-4:another:swr-deletions' }),
      reason: 'topic_urn is not among the listed topics',
    },
    { why: 'no topics', delivery: deliveryOf(deleted), topics: [], reason: 'topic_urn is not among' },
    {
      why: 'an old message',
      delivery: deliveryOf(deleted),
      now: NOW + HOUR_MS + 1,
      reason: 'timestamp is more than 60 minutes away from now',
    },
    {
      why: 'a message from the future',
      delivery: deliveryOf(deleted),
      now: NOW - HOUR_MS - 1,
      reason: 'timestamp is more than 60 minutes away from now',
    },
    {
      why: 'no type in the headers',
      delivery: deliveryOf(deleted, { headers: { 'x-smn-message-type': undefined } }),
      reason: 'no X-SMN-Message-Type header',
    },
    {
      why: 'another type in the headers',
      delivery: deliveryOf(deleted, { headers: { 'x-smn-message-type': 'SubscriptionConfirmation' } }),
      reason: 'X-SMN-Message-Type is not the type of the message',
    },
    {
      why: 'a type that is not known',
      delivery: signed(deleted, { type: 'Other' }),
      reason: 'not a message of SMN: type: expected',
    },
    { why: 'no JSON', delivery: deliveryOf(deleted, { body: 'hello' }), reason: 'not a message of SMN' },
    { why: 'no body', delivery: deliveryOf(deleted, { body: '' }), reason: 'not a message of SMN' },
    { why: 'null', delivery: deliveryOf(deleted, { body: 'null' }), reason: 'not a message of SMN' },
  ];

  test.each(cases)('$why', async ({ delivery, now, topics, reason }) => {
    const verification = await verify(delivery, { ...(now && { now }), ...(topics && { topics }) });
    expect(verification).toEqual({
      verified: false,
      reason: expect.stringContaining(reason),
      stale: true,
    });
    expect(fetched()).toEqual([]);
  });

  test('no options at all', async () => {
    const verification = await createSource().verify(deliveryOf(deleted), [], NOW, {});
    expect(verification).toMatchObject({ verified: false });
    expect(fetched()).toEqual([]);
  });

  test("no pin of a test's own: that of SMN counts", async () => {
    const delivery = signed(deleted, { signing_cert_url: `${server.url.replace('http:', 'https:')}/x.pem` });
    expect(await huaweiSmn.verify(delivery, [], NOW, { topics: [TOPIC] })).toMatchObject({ verified: false });
    expect(fetched()).toEqual([]);
  });
});

describe('a message is refused', () => {
  test.each([
    { why: 'one byte of it differs', body: deleted.body.replace('payments', 'payment5') },
    {
      why: 'one byte of its signature differs',
      body: deleted.body.replace(/"signature":"./, '"signature":"-'),
    },
  ])('when $why', async ({ body }) => {
    expect(body).not.toBe(deleted.body);
    const verification = await verify(deliveryOf(deleted, { body }));
    expect(verification).toMatchObject({ verified: false, reason: 'the signature does not fit the message' });
  });

  test('when another key signed it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const delivery = signed(deleted, {}, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(await verify(delivery)).toMatchObject({ verified: false });
  });

  test('when a notification is passed off as the confirmation of a subscription', async () => {
    const message = { ...JSON.parse(deleted.body), type: 'SubscriptionConfirmation' };
    const body = JSON.stringify({ ...message, subscribe_url: JSON.parse(confirmation.body).subscribe_url });
    const verification = await verify(deliveryOf(confirmation, { body }));
    expect(verification).toMatchObject({ verified: false, reason: 'the signature does not fit the message' });
  });

  test('when the message of another topic is written so that it seems to end in this one', async () => {
    const theirs = signed(deleted, {
      topic_urn: 'urn:theirs',
      message: `x\ntopic_urn\n${TOPIC}\ntype\nNotification\n`,
    });
    expect(await verify(theirs, { topics: ['urn:theirs'] })).toMatchObject({ verified: true });
    const message = { ...JSON.parse(theirs.rawBody.toString()), topic_urn: TOPIC };
    const verification = await verify(deliveryOf(deleted, { body: JSON.stringify(message) }));
    expect(verification).toMatchObject({ verified: false });
  });

  test.each([
    { why: 'is not there', status: 404, body: '' },
    { why: 'is a page', status: 200, body: '<html></html>' },
    { why: 'is elsewhere', status: 302, body: '' },
  ])('when its certificate $why', async ({ status, body }) => {
    answer = { status, body };
    expect(await verify(deliveryOf(deleted))).toMatchObject({
      verified: false,
      reason: 'there is no certificate at signing_cert_url',
    });
  });

  test('for now only, when its certificate can not be fetched', async () => {
    answer = { status: 503, body: '' };
    await expect(verify(deliveryOf(deleted))).rejects.toThrow('answered 503');
  });
});

test('there is no secret that it could be proved by', () => {
  expect(() => huaweiSmn.parseSecret()).toThrow('expected no secret');
});

describe('what it means', () => {
  const interpret = (body: unknown) => huaweiSmn.interpret(body, { key: 'a digest' });
  const recorded = (name: string): object => JSON.parse(readWebhook(`huawei-smn/${name}`).body);
  const notification = (message: string) => interpret({ ...recorded('repository-deleted'), message });

  test('a deleted repository', () => {
    expect(interpret(recorded('repository-deleted'))).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: 'a digest',
        deliveryId: 'f828ab77-d9a4-11f0-9f0e-fa163e5a7c11',
        occurredAt: '2026-11-24T02:59:58.344Z',
        namespace: 'acme-images',
        repository: 'payments/api',
      },
    });
  });

  test('a deleted organization', () => {
    expect(interpret(recorded('organization-deleted'))).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: 'a digest',
        deliveryId: '0d6d2a4c-d9a5-11f0-9f0e-fa163e5a7c11',
        occurredAt: '2026-11-24T02:59:58.344Z',
        namespace: 'acme-images',
      },
    });
  });

  test('a subscription, with the address that confirms it', () => {
    expect(interpret(recorded('subscription-confirmation'))).toEqual({
      type: 'subscription',
      confirmUrl: JSON.parse(confirmation.body).subscribe_url,
    });
  });

  test('no subscription at another address, even if nobody has verified it', () => {
    const body = { ...recorded('subscription-confirmation'), subscribe_url: 'https://evil.test/' };
    expect(interpret(body)).toEqual({
      type: 'unreadable',
      issues: [{ path: 'subscribe_url', found: 'another', expected: 'an https address of SMN' }],
    });
  });

  test('nothing, when a subscription was cancelled', () => {
    expect(interpret(recorded('unsubscribe-confirmation'))).toEqual({
      type: 'ignored',
      reason: `the subscription to ${TOPIC} was cancelled`,
    });
  });

  const trace = {
    service_type: 'SWR',
    trace_name: 'deleteUserNamespace',
    trace_status: 'normal',
    resource_name: 'acme',
  };

  test('the id and the time of the message count where the trace has none', () => {
    expect(notification(JSON.stringify({ cts: trace }))).toMatchObject({
      request: { deliveryId: 'd84bd6629ef04513ad2e37bffd6e17cb', occurredAt: '2026-11-24T03:00:00Z' },
    });
  });

  test('several traces are several things', () => {
    expect(notification(JSON.stringify({ cts: [trace, { ...trace, resource_name: '' }] }))).toMatchObject([
      { type: 'request', request: { namespace: 'acme' } },
      { type: 'unreadable', issues: [{ path: 'message.cts[1].resource_name' }] },
    ]);
  });

  test.each([
    { why: 'a text', message: 'This is a test.' },
    { why: 'null', message: 'null' },
    { why: 'an alarm', message: '{"alarm":{}}' },
    { why: 'a list', message: '[]' },
  ])('$why, which anybody may publish for a try, is ignored', ({ message }) => {
    expect(notification(message)).toEqual({ type: 'ignored', reason: 'the message is not a trace of CTS' });
  });

  test('no traces at all are ignored', () => {
    expect(notification('{"cts":[]}')).toEqual({ type: 'ignored', reason: 'the message holds no trace' });
  });

  test('a trace of another service is ignored', () => {
    expect(notification(JSON.stringify({ cts: { ...trace, service_type: 'OBS' } }))).toMatchObject({
      type: 'ignored',
    });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'an unknown type', body: { ...recorded('repository-deleted'), type: 'Other' }, path: 'type' },
    {
      why: 'a trace without its service',
      body: { ...recorded('repository-deleted'), message: '{"cts":{"trace_name":"x"}}' },
      path: 'message.cts.service_type',
    },
  ])('$why can not be read, and the path is told', ({ body, path }) => {
    expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });
});
