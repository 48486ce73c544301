import { generateKeyPairSync, type KeyLike, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { awsSns, createAwsSns } from '../../lib/sources/aws-sns.ts';
import { fetchCertificate } from '../../lib/sources/signing-certificate.ts';
import type { Delivery } from '../../lib/sources/source.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const NOW = Date.parse('2026-11-24T03:00:00.123Z');
const HOUR_MS = 60 * 60 * 1000;
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:swr-deletions';
const HOST = 'https://sns.eu-central-1.amazonaws.com';
const FIXTURES = [
  'repository-deleted',
  'repository-deleted-event',
  'subscription-confirmation',
  'unsubscribe-confirmation',
];

const readText = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const key = readText('huawei-smn/signing.key');
const deleted = readWebhook('aws-sns/repository-deleted');
const confirmation = readWebhook('aws-sns/subscription-confirmation');
const unsubscribed = readWebhook('aws-sns/unsubscribe-confirmation');

let server: LoopbackServer;
let answer: { status: number; body: string };
beforeAll(async () => {
  server = await startLoopbackServer((response) => respond(response, answer.status, answer.body));
});
afterAll(() => server.close());
let seenBefore = 0;
beforeEach(() => {
  answer = { status: 200, body: readText('huawei-smn/signing.crt') };
  seenBefore = server.requests.length;
});
const fetched = () => server.requests.slice(seenBefore).map(({ path }) => path);

/** SNS's addresses as they are, whose certificates lie on loopback. */
const createSource = () => createAwsSns((url) => fetchCertificate(new URL(url.pathname, server.url)));

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
  const names = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${String(message[name])}\n`);
  const hash = message['SignatureVersion'] === '1' ? 'sha1' : 'sha256';
  const signature = sign(hash, Buffer.from(text.join('')), privateKey).toString('base64');
  return deliveryOf(fixture, { body: JSON.stringify({ ...message, Signature: signature }) });
}

describe('a message is believed', () => {
  test.each(FIXTURES)('as it was recorded: %s', async (name) => {
    expect(await verify(deliveryOf(readWebhook(`aws-sns/${name}`)))).toMatchObject({ verified: true });
    expect(fetched()).toEqual(['/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem']);
  });

  test.each(['1', '2'])('in version %s of the signature', async (SignatureVersion) => {
    for (const fixture of [deleted, confirmation, unsubscribed]) {
      expect(await verify(signed(fixture, { SignatureVersion }))).toMatchObject({ verified: true });
    }
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
    expect(await verify(deliveryOf(deleted), { topics: ['arn:x', TOPIC] })).toMatchObject({ verified: true });
  });

  test('when a subscription ended, whatever address would bring it back: it is not called', async () => {
    const delivery = signed(unsubscribed, { SubscribeURL: 'https://evil.test/' });
    expect(await verify(delivery)).toMatchObject({ verified: true });
  });
});

describe('nothing is fetched, and the message refused, with', () => {
  const NO_CERTIFICATE_URL = 'SigningCertURL is not an https address of a certificate of SNS';
  const NO_CONFIRM_URL = 'SubscribeURL is not an https address of SNS that confirms a subscription';
  const cases: {
    why: string;
    delivery: Delivery;
    reason: string;
    now?: number;
    topics?: string[];
  }[] = [
    {
      why: 'a certificate on another host',
      delivery: signed(deleted, { SigningCertURL: 'https://evil.test/x.pem' }),
      reason: NO_CERTIFICATE_URL,
    },
    {
      why: 'a certificate in a bucket',
      delivery: signed(deleted, { SigningCertURL: 'https://sns.s3-eu-west-1.amazonaws.com/x.pem' }),
      reason: NO_CERTIFICATE_URL,
    },
    {
      why: 'a certificate in an answer of the API',
      delivery: signed(deleted, { SigningCertURL: `${HOST}/x.pem?Action=GetEndpointAttributes` }),
      reason: NO_CERTIFICATE_URL,
    },
    {
      why: 'a confirmation on another host',
      delivery: signed(confirmation, { SubscribeURL: 'https://evil.test/?Action=ConfirmSubscription' }),
      reason: NO_CONFIRM_URL,
    },
    {
      why: 'a confirmation that would publish',
      delivery: signed(confirmation, { SubscribeURL: `${HOST}/?Action=Publish` }),
      reason: NO_CONFIRM_URL,
    },
    {
      why: 'a confirmation whose certificate is elsewhere',
      delivery: signed(confirmation, { SigningCertURL: 'https://evil.test/x.pem' }),
      reason: NO_CERTIFICATE_URL,
    },
    {
      why: 'a topic that is not listed',
      delivery: signed(deleted, { TopicArn: `${TOPIC}2` }),
      reason: 'TopicArn is not among the listed topics',
    },
    {
      why: 'a listed topic in the headers only',
      delivery: deliveryOf(deleted, { body: signed(deleted, { TopicArn: 'arn:theirs' }).rawBody }),
      reason: 'TopicArn is not among the listed topics',
    },
    {
      why: 'a subscription to a topic that is not listed',
      delivery: signed(confirmation, { TopicArn: 'arn:aws:sns:eu-central-1:210987654321:swr-deletions' }),
      reason: 'TopicArn is not among the listed topics',
    },
    { why: 'no topics', delivery: deliveryOf(deleted), topics: [], reason: 'TopicArn is not among' },
    {
      why: 'an old message',
      delivery: deliveryOf(deleted),
      now: NOW + HOUR_MS + 1,
      reason: 'Timestamp is more than 60 minutes away from now',
    },
    {
      why: 'a message from the future',
      delivery: deliveryOf(deleted),
      now: NOW - HOUR_MS - 1,
      reason: 'Timestamp is more than 60 minutes away from now',
    },
    {
      why: 'no type in the headers',
      delivery: deliveryOf(deleted, { headers: { 'x-amz-sns-message-type': undefined } }),
      reason: 'no x-amz-sns-message-type header',
    },
    {
      why: 'another type in the headers',
      delivery: deliveryOf(deleted, { headers: { 'x-amz-sns-message-type': 'SubscriptionConfirmation' } }),
      reason: 'x-amz-sns-message-type is not the type of the message',
    },
    {
      why: 'a message that was delivered raw',
      delivery: deliveryOf(deleted, { headers: { 'x-amz-sns-rawdelivery': 'true' }, body: '{}' }),
      reason: 'raw message delivery has no signature: switch it off for this subscription',
    },
    {
      why: 'a version of the signature that is not known',
      delivery: signed(deleted, { SignatureVersion: '3' }),
      reason: 'not a message of SNS: SignatureVersion: expected',
    },
    {
      why: 'a type that is not known',
      delivery: signed(deleted, { Type: 'Other' }),
      reason: 'not a message of SNS: Type: expected',
    },
    { why: 'no JSON', delivery: deliveryOf(deleted, { body: 'hello' }), reason: 'not a message of SNS' },
    { why: 'no body', delivery: deliveryOf(deleted, { body: '' }), reason: 'not a message of SNS' },
    { why: 'null', delivery: deliveryOf(deleted, { body: 'null' }), reason: 'not a message of SNS' },
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
});

describe('a message is refused', () => {
  test.each([
    { why: 'one byte of it differs', body: deleted.body.replace('payments', 'payment5') },
    {
      why: 'one byte of its signature differs',
      body: deleted.body.replace('"Signature" : "X', '"Signature" : "Y'),
    },
    {
      why: 'the version of its signature differs',
      body: deleted.body.replace('"SignatureVersion" : "1"', '"SignatureVersion" : "2"'),
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
    const { SubscribeURL, Token } = JSON.parse(confirmation.body);
    const message = { ...JSON.parse(deleted.body), Type: 'SubscriptionConfirmation', SubscribeURL, Token };
    const verification = await verify(deliveryOf(confirmation, { body: JSON.stringify(message) }));
    expect(verification).toMatchObject({ verified: false, reason: 'the signature does not fit the message' });
  });

  test('when the message of another topic is written so that it seems to end in this one', async () => {
    const theirs = signed(deleted, {
      TopicArn: 'arn:theirs',
      Message: `x\nTopicArn\n${TOPIC}\nType\nNotification\n`,
    });
    expect(await verify(theirs, { topics: ['arn:theirs'] })).toMatchObject({ verified: true });
    const message = { ...JSON.parse(theirs.rawBody.toString()), TopicArn: TOPIC };
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
      reason: 'there is no certificate at SigningCertURL',
    });
  });

  test('for now only, when its certificate can not be fetched', async () => {
    answer = { status: 503, body: '' };
    await expect(verify(deliveryOf(deleted))).rejects.toThrow('answered 503');
  });
});

test('there is no secret that it could be proved by', () => {
  expect(() => awsSns.parseSecret()).toThrow('expected no secret');
});

describe('what it means', () => {
  const interpret = (body: unknown) => awsSns.interpret(body, { key: 'a digest' });
  const recorded = (name: string): object => JSON.parse(readWebhook(`aws-sns/${name}`).body);

  test.each([
    {
      why: 'a request, with the time of its message',
      name: 'repository-deleted',
      request: {
        id: 'a digest',
        deliveryId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
        occurredAt: '2026-11-24T03:00:00.123Z',
      },
    },
    {
      why: 'an event of EventBridge, with its own time',
      name: 'repository-deleted-event',
      request: {
        id: 'a digest',
        deliveryId: expect.any(String),
        occurredAt: '2026-11-24T03:00:00Z',
        source: 'com.example.forge',
      },
    },
  ])('a deleted repository: $why', ({ name, request }) => {
    expect(interpret(recorded(name))).toEqual({
      type: 'request',
      request: { version: 1, namespace: 'acme-images', repository: 'payments/api', ...request },
    });
  });

  test('a subscription, with the address that confirms it', () => {
    expect(interpret(recorded('subscription-confirmation'))).toEqual({
      type: 'subscription',
      confirmUrl: JSON.parse(confirmation.body).SubscribeURL,
    });
  });

  test('no subscription at another address, even if nobody has verified it', () => {
    const body = { ...recorded('subscription-confirmation'), SubscribeURL: 'https://evil.test/' };
    const expected = 'an https address of SNS that confirms a subscription';
    expect(interpret(body)).toEqual({
      type: 'unreadable',
      issues: [{ path: 'SubscribeURL', found: 'another', expected }],
    });
  });

  test('nothing, when a subscription was cancelled', () => {
    expect(interpret(recorded('unsubscribe-confirmation'))).toEqual({
      type: 'ignored',
      reason: `the subscription to ${TOPIC} was cancelled`,
    });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'an unknown type', body: { ...recorded('repository-deleted'), Type: 'Other' }, path: 'Type' },
    {
      why: 'a request without its organization',
      body: { ...recorded('repository-deleted'), Message: '{}' },
      path: 'Message.namespace',
    },
  ])('$why can not be read, and the path is told', ({ body, path }) => {
    expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });
});
