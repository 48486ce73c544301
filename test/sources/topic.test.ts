import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import type { Delivery } from '../../lib/sources/source.ts';
import { createTopicSource, signedText } from '../../lib/sources/topic.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import {
  certificate,
  readPem,
  SENT_MS,
  signedMessage,
  type TopicSender,
  topicSenders,
} from '../support/topics.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Key of none of the certificates. */
const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

interface Row {
  readonly sender: TopicSender;
  readonly fixtures: readonly string[];
  readonly host: string;
  readonly otherHosts: readonly string[];
  /** Origins of others, such as of a bucket with a similar name. */
  readonly strangers: readonly string[];
  readonly certificatePath: string;
  /** Directory of certificates. */
  readonly folder: string;
  readonly strangePaths: readonly string[];
  readonly confirmPath: string;
  /** Paths of the service's own host that confirm no subscription. */
  readonly unconfirming: readonly string[];
  /** Fields of another form, and the field that the issue names. */
  readonly shapes: readonly (readonly [fixture: string, fields: object, field: string])[];
  readonly signedTexts: readonly (readonly [fixture: string, fields: object, text: string])[];
  readonly unsupported: readonly string[];
}

const topicRows: Readonly<Record<TopicSender['type'], Omit<Row, 'sender'>>> = {
  'aws-sns': {
    fixtures: [
      'repository-deleted',
      'repository-deleted-event',
      'subscription-confirmation',
      'unsubscribe-confirmation',
    ],
    host: 'sns.eu-central-1.amazonaws.com',
    otherHosts: [
      'sns.us-gov-west-1.amazonaws.com',
      'sns.ap-southeast-12.amazonaws.com',
      'sns.cn-north-1.amazonaws.com.cn',
      'sns.eusc-de-east-1.amazonaws.eu',
    ],
    strangers: [
      'https://sns.eu-central-1.amazonaws.com.tw',
      'https://sns.eu-central-1.amazonaws.com.cn',
      'https://sns.eu-central-1.amazonaws.eu',
      'https://sns.cn-north-1.amazonaws.com',
      'https://sns.eusc-de-east-1.amazonaws.com',
      'https://sns.eu-central-1xamazonaws.com',
      'https://sns.amazonaws.com',
      'https://sns.s3.amazonaws.com',
      'https://sns.s3-eu-west-1.amazonaws.com',
      'https://sns.s3-website-us-east-1.amazonaws.com',
      'https://s3.eu-central-1.amazonaws.com',
    ],
    certificatePath: '/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem',
    folder: '/',
    strangePaths: [
      '/x.crt',
      '/x.pem.txt',
      '/',
      '/.pem',
      '/a/x.pem',
      '/#/x.pem',
      '/?Action=GetEndpointAttributes&x=/x.pem',
      '/x.pem?Action=GetEndpointAttributes',
    ],
    confirmPath: '/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:x&Token=t',
    unconfirming: [
      '/?Action=Publish',
      '/?Action=ConfirmSubscription&Action=Publish',
      '/?Action=Publish&Action=ConfirmSubscription',
      '/',
      '/#?Action=ConfirmSubscription',
    ],
    shapes: [
      ['repository-deleted', { Type: 'Message' }, 'Type'],
      ['repository-deleted', { Signature: '' }, 'Signature'],
      ['repository-deleted', { SignatureVersion: '3' }, 'SignatureVersion'],
      ['repository-deleted', { SignatureVersion: 1 }, 'SignatureVersion'],
      ['repository-deleted', { TopicArn: 'a\nb' }, 'TopicArn'],
      ['repository-deleted', { MessageId: 'a\nb' }, 'MessageId'],
      ['repository-deleted', { Subject: 'a\nb' }, 'Subject'],
      ['repository-deleted', { Timestamp: '2026-11-24T03:00:00' }, 'Timestamp'],
      ['repository-deleted', { Message: undefined }, 'Message'],
      ['repository-deleted', { SigningCertURL: undefined }, 'SigningCertURL'],
      ...['subscription-confirmation', 'unsubscribe-confirmation'].flatMap(
        (name) =>
          [
            [name, { SubscribeURL: undefined }, 'SubscribeURL'],
            [name, { SubscribeURL: 'a\nb' }, 'SubscribeURL'],
            [name, { Token: undefined }, 'Token'],
            [name, { Token: 'a\nb' }, 'Token'],
          ] as const,
      ),
    ],
    signedTexts: [
      [
        'repository-deleted',
        { Subject: 'demo' },
        'Message|M|MessageId|id|Subject|demo|Timestamp|T|TopicArn|arn|Type|Notification|',
      ],
      [
        'repository-deleted',
        { Subject: undefined },
        'Message|M|MessageId|id|Timestamp|T|TopicArn|arn|Type|Notification|',
      ],
      [
        'repository-deleted',
        { Subject: null },
        'Message|M|MessageId|id|Timestamp|T|TopicArn|arn|Type|Notification|',
      ],
      [
        'subscription-confirmation',
        { SubscribeURL: 'https://y', Token: 't', Subject: 'x' },
        'Message|M|MessageId|id|SubscribeURL|https://y|Timestamp|T|Token|t|TopicArn|arn|Type|SubscriptionConfirmation|',
      ],
      [
        'unsubscribe-confirmation',
        { SubscribeURL: 'https://y', Token: 't', Subject: 'x' },
        'Message|M|MessageId|id|SubscribeURL|https://y|Timestamp|T|Token|t|TopicArn|arn|Type|UnsubscribeConfirmation|',
      ],
    ],
    unsupported: ['tls/self-signed'],
  },
  'huawei-smn': {
    fixtures: [
      'repository-deleted',
      'organization-deleted',
      'subscription-confirmation',
      'unsubscribe-confirmation',
    ],
    host: 'smn.cn-north-4.myhuaweicloud.com',
    otherHosts: ['smn.ap-southeast-1.myhuaweicloud.com', 'smn.eu-west-101.myhuaweicloud.eu'],
    strangers: [
      'https://smn.cn-north-4.myhuaweicloud.cn',
      'https://smn.cn-north-4.myhuaweicloudxcom',
      'https://smn.myhuaweicloud.com',
      'https://smn.obs.myhuaweicloud.com',
      'https://obs.cn-north-4.myhuaweicloud.com',
    ],
    certificatePath: '/smn/SMN_cn-north-4_3190c26a56fb435f9882e3435b0c9d11.pem',
    folder: '/smn/',
    strangePaths: ['/x.pem', '/smn/SMN.crt', '/smn/x/SMN.pem', '/smn/.pem', '/smn/SMN.pem?x', '/v2/topics'],
    confirmPath: '/smn/subscription/confirm?token=t',
    unconfirming: [],
    shapes: [
      ['repository-deleted', { type: 'Message' }, 'type'],
      ['repository-deleted', { signature: '' }, 'signature'],
      ['repository-deleted', { signature_version: 'v2' }, 'signature_version'],
      ['repository-deleted', { signature_version: 'xv1' }, 'signature_version'],
      ['repository-deleted', { signature_version: 'v10' }, 'signature_version'],
      ['repository-deleted', { topic_urn: 'a\nb' }, 'topic_urn'],
      ['repository-deleted', { message_id: 'a\nb' }, 'message_id'],
      ['repository-deleted', { subject: 'a\nb' }, 'subject'],
      ['repository-deleted', { subscribe_url: 'a\nb' }, 'subscribe_url'],
      ['repository-deleted', { timestamp: '2026-11-24T03:00:00' }, 'timestamp'],
      ['repository-deleted', { message: undefined }, 'message'],
      ['repository-deleted', { signing_cert_url: undefined }, 'signing_cert_url'],
    ],
    signedTexts: [
      [
        'repository-deleted',
        { subject: 'demo' },
        'message|M|message_id|id|subject|demo|timestamp|T|topic_urn|arn|type|Notification|',
      ],
      [
        'repository-deleted',
        { subject: '' },
        'message|M|message_id|id|timestamp|T|topic_urn|arn|type|Notification|',
      ],
      [
        'repository-deleted',
        { subject: null, subscribe_url: 'https://y' },
        'message|M|message_id|id|timestamp|T|topic_urn|arn|type|Notification|',
      ],
      [
        'subscription-confirmation',
        { subscribe_url: 'https://y', subject: 'x' },
        'message|M|message_id|id|subscribe_url|https://y|timestamp|T|topic_urn|arn|type|SubscriptionConfirmation|',
      ],
      [
        'unsubscribe-confirmation',
        { subscribe_url: 'https://y', subject: 'x' },
        'message|M|message_id|id|subscribe_url|https://y|timestamp|T|topic_urn|arn|type|UnsubscribeConfirmation|',
      ],
    ],
    unsupported: [
      'tls/self-signed',
      'huawei-smn/signing-sha1',
      'huawei-smn/signed-by-ec',
      'huawei-smn/ec-signed-by-rsa',
    ],
  },
};

const rows: readonly Row[] = [
  { sender: topicSenders['aws-sns'], ...topicRows['aws-sns'] },
  { sender: topicSenders['huawei-smn'], ...topicRows['huawei-smn'] },
];

describe.each(rows)('$sender.type', (row) => {
  const { sender, host } = row;
  const { service, topic, names } = sender;
  const { fields } = service;
  const recorded = (name = 'repository-deleted') => readWebhook(`${sender.type}/${name}`);
  const messageOf = (name?: string): Record<string, string> => JSON.parse(recorded(name).body);
  const genuine = deliveryOf(recorded());
  const signed = (changes: object) => signedMessage(sender, { ...changes });
  const confirmation = (changes: object) =>
    signedMessage(sender, { ...changes }, { name: 'subscription-confirmation' });
  const changed = (changes: object, name?: string) =>
    deliveryOf(recorded(name), { body: JSON.stringify({ ...messageOf(name), ...changes }) });

  const start = (answer: (href: string) => string | undefined = () => certificate) => {
    const fetched: string[] = [];
    const source = createTopicSource(service, async ({ href }) => {
      fetched.push(href);
      return answer(href);
    });
    const verify = async (delivery: Delivery, { now = SENT_MS, topics = [topic] } = {}) =>
      source.verify(delivery, [], now, { topics });
    return { source, fetched, verify };
  };

  const { source: idle } = start();

  test('has no secret', () => {
    expect(() => idle.parseSecret()).toThrow('expected no secret');
  });

  describe('verifies a message', () => {
    test.each(row.fixtures)('as it was recorded: %s', async (name) => {
      const { verify, fetched } = start();
      expect(await verify(deliveryOf(recorded(name)))).toMatchObject({ verified: true });
      expect(fetched).toEqual([`https://${host}${row.certificatePath}`]);
    });

    test('with a certificate that is fetched once for several', async () => {
      const { verify, fetched } = start();
      expect(await verify(genuine)).toMatchObject({ verified: true });
      expect(await verify(confirmation({}))).toMatchObject({ verified: true });
      expect(fetched).toHaveLength(1);
    });

    test.each([-HOUR_MS, HOUR_MS])('with a clock that differs by %d ms', async (difference) => {
      const delivery = signed({ [fields.timestamp]: new Date(SENT_MS + difference).toISOString() });
      expect(await start().verify(delivery)).toMatchObject({ verified: true });
    });

    test('on one of several topics', async () => {
      expect(await start().verify(genuine, { topics: ['x', topic] })).toMatchObject({ verified: true });
    });
  });

  describe('rejects a message and fetches nothing', () => {
    const certificateReason = `${fields.certificateUrl} is not an https address of a certificate of ${service.name}`;
    const confirmReason = `${fields.confirmUrl} is not an https address of ${service.name} that confirms a subscription`;
    const topicReason = `${fields.topic} is not among the listed topics`;
    const timeReason = `${fields.timestamp} is more than 60 minutes away from now`;
    const header = service.typeHeader.toLowerCase();
    const strangers = [
      `http://${host}`,
      `file://${host}`,
      `https://${host}:8443`,
      `https://user@${host}`,
      `https://:pw@${host}`,
      `https://${host}@evil.test`,
      `https://evil.test\\@${host}`,
      `https://${host}.evil.test`,
      `https://evil.${host}`,
      `https://evil-${host}`,
      `https://${host}.`,
      'https://127.0.0.1',
      'https://evil.test',
      ...row.strangers,
    ];
    const certificateUrls = [
      ...strangers.map((origin) => `${origin}${row.folder}x.pem`),
      ...row.strangePaths.map((path) => `https://${host}${path}`),
      'no address',
    ];
    const confirmUrls = [
      ...strangers.map((origin) => `${origin}${row.confirmPath}`),
      ...row.unconfirming.map((path) => `https://${host}${path}`),
      'no address',
    ];
    const at = (ms: number) => signed({ [fields.timestamp]: new Date(SENT_MS + ms).toISOString() });
    const cases: { why: string; delivery: Delivery; reason: string; topics?: string[] }[] = [
      ...certificateUrls.map((url) => ({
        why: `a certificate at ${url}`,
        delivery: signed({ [fields.certificateUrl]: url }),
        reason: certificateReason,
      })),
      ...confirmUrls.map((url) => ({
        why: `a confirmation at ${url}`,
        delivery: confirmation({ [fields.confirmUrl]: url }),
        reason: confirmReason,
      })),
      {
        why: 'a confirmation with a certificate elsewhere',
        delivery: confirmation({ [fields.certificateUrl]: 'https://evil.test/x.pem' }),
        reason: certificateReason,
      },
      { why: 'another topic', delivery: signed({ [fields.topic]: `${topic}2` }), reason: topicReason },
      {
        why: 'a subscription to another topic',
        delivery: confirmation({ [fields.topic]: 'another' }),
        reason: topicReason,
      },
      { why: 'no listed topics', delivery: genuine, topics: [], reason: topicReason },
      { why: 'an old message', delivery: at(-HOUR_MS - 1), reason: timeReason },
      { why: 'a message from the future', delivery: at(HOUR_MS + 1), reason: timeReason },
      {
        why: 'no type in the headers',
        delivery: deliveryOf(recorded(), { headers: { [header]: undefined } }),
        reason: `no ${service.typeHeader} header`,
      },
      {
        why: 'another type in the headers',
        delivery: deliveryOf(recorded(), { headers: { [header]: 'SubscriptionConfirmation' } }),
        reason: `${service.typeHeader} is not the type of the message`,
      },
      {
        why: 'an unknown type',
        delivery: signed({ [names.type]: 'Other' }),
        reason: `not a message of ${service.name}: ${names.type}: expected`,
      },
      ...['hello', '', 'null'].map((body) => ({
        why: `the body ${JSON.stringify(body)}`,
        delivery: deliveryOf(recorded(), { body }),
        reason: `not a message of ${service.name}`,
      })),
    ];

    test.each(cases)('with $why', async ({ delivery, topics, reason }) => {
      const { verify, fetched } = start();
      expect(await verify(delivery, topics && { topics })).toEqual({
        verified: false,
        reason: expect.stringContaining(reason),
        stale: true,
      });
      expect(fetched).toEqual([]);
    });

    test('without any options', async () => {
      const { source, fetched } = start();
      expect(await source.verify(genuine, [], SENT_MS, {})).toMatchObject({ verified: false });
      expect(fetched).toEqual([]);
    });

    test('for a thousand other forms of the right address', async () => {
      const { verify, fetched } = start();
      const url = messageOf()[fields.certificateUrl];
      for (let index = 0; index < 1000; index++) {
        const delivery = changed({ [fields.certificateUrl]: `${url}${'#?;'[index % 3]}${index}` });
        expect(await verify(delivery)).toMatchObject({ verified: false, stale: true });
      }
      expect(fetched).toEqual([]);
    });
  });

  test.each([host, ...row.otherHosts])('takes certificates and confirmations of %s', async (name) => {
    const { verify, fetched } = start();
    const delivery = confirmation({
      [fields.certificateUrl]: `https://${name}${row.certificatePath}`,
      [fields.confirmUrl]: `https://${name}${row.confirmPath}`,
    });
    expect(await verify(delivery)).toMatchObject({ verified: true });
    expect(fetched).toEqual([`https://${name}${row.certificatePath}`]);
  });

  describe('rejects a signature', () => {
    const REASON = 'the signature does not fit the message';
    const token = { Token: 'u' };
    const cases: { why: string; delivery: Delivery }[] = [
      { why: 'of another message', delivery: changed({ [names.content]: '{}' }) },
      { why: 'of another id', delivery: changed({ [names.id]: 'another' }) },
      { why: 'of another subject', delivery: changed({ [names.subject]: 'another' }) },
      { why: 'of a message with a subject', delivery: changed({ [names.subject]: undefined }) },
      { why: 'of another time', delivery: changed({ [fields.timestamp]: '2026-11-24T03:00:01Z' }) },
      { why: 'of another token', delivery: changed(token, 'subscription-confirmation') },
      {
        why: 'of another address',
        delivery: changed(
          { [fields.confirmUrl]: `https://${host}${row.confirmPath}u` },
          'subscription-confirmation',
        ),
      },
      { why: 'of other bytes', delivery: changed({ [names.signature]: 'AAAA' }) },
      { why: 'that is no base64', delivery: changed({ [names.signature]: '*' }) },
      { why: 'by another key', delivery: signedMessage(sender, {}, { key: STRANGER }) },
      {
        why: 'of a notification that is passed off as the confirmation of a subscription',
        delivery: deliveryOf(recorded('subscription-confirmation'), {
          body: JSON.stringify({
            ...messageOf('subscription-confirmation'),
            ...messageOf(),
            [names.type]: 'SubscriptionConfirmation',
          }),
        }),
      },
    ];

    test.each(cases.filter(({ why }) => sender.type === 'aws-sns' || !why.includes('token')))(
      '$why',
      async ({ delivery }) => {
        expect(await start().verify(delivery)).toMatchObject({ verified: false, reason: REASON });
      },
    );

    test('of another topic whose message seems to end in this one', async () => {
      const content = `x\n${fields.topic}\n${topic}\n${names.type}\nNotification\n`;
      const theirs = signed({ [fields.topic]: 'theirs', [names.content]: content });
      expect(await start().verify(theirs, { topics: ['theirs'] })).toMatchObject({ verified: true });
      const message = { ...JSON.parse(theirs.rawBody.toString()), [fields.topic]: topic };
      const delivery = deliveryOf(recorded(), { body: JSON.stringify(message) });
      expect(await start().verify(delivery)).toMatchObject({ verified: false, reason: REASON });
    });

    test.each(row.unsupported)('under the certificate %s', async (name) => {
      const key = name.startsWith('tls/') ? readPem(`${name}.key`) : undefined;
      const now = Date.parse('2027-01-01T00:00:00Z');
      const delivery = signedMessage(
        sender,
        { [fields.timestamp]: new Date(now).toISOString() },
        { hash: 'sha256', ...(key && { key }) },
      );
      const { verify } = start(() => readPem(`${name}.crt`));
      expect(await verify(delivery, { now })).toMatchObject({
        verified: false,
        reason: 'unsupported certificate: expected RSA with a known hash',
      });
    });

    test.each(['2025-12-31T23:59:59Z', '2126-01-01T00:00:01Z'])(
      'under a certificate not valid at %s',
      async (time) => {
        const delivery = signed({ [fields.timestamp]: time });
        expect(await start().verify(delivery, { now: Date.parse(time) })).toMatchObject({
          verified: false,
          reason: expect.stringMatching(/^the certificate is valid from 2026-01-01T00:00:00.000Z to 2126/),
        });
      },
    );

    test.each([undefined, '<html></html>'])('under a certificate that is %j', async (answer) => {
      expect(await start(() => answer).verify(genuine)).toMatchObject({
        verified: false,
        reason: `there is no certificate at ${fields.certificateUrl}`,
      });
    });

    test('for now only, if its certificate can not be fetched', async () => {
      const { verify } = start(() => {
        throw new Error('answered 503');
      });
      await expect(verify(genuine)).rejects.toThrow('answered 503');
    });
  });

  describe('under forged addresses', () => {
    const named = (name: string) =>
      changed({ [fields.certificateUrl]: `https://${host}${row.folder}${name}.pem` });
    const onlyGenuine = (href: string) => (href.endsWith(row.certificatePath) ? certificate : undefined);

    test('goes on with a trusted certificate while a thousand others are named', async () => {
      const { verify, fetched } = start(onlyGenuine);
      expect(await verify(genuine)).toMatchObject({ verified: true });
      const forged = Array.from({ length: 1000 }, (_, index) => verify(named(`forged-${index}`)));
      const results = await Promise.allSettled(forged);
      expect(fetched).toHaveLength(10);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
      expect(await verify(genuine)).toMatchObject({ verified: true });
      expect(fetched).toHaveLength(10);
    });

    test('has a genuine message sent again after strangers used up the fetches', async () => {
      const { verify } = start(onlyGenuine);
      await Promise.allSettled(Array.from({ length: 10 }, (_, index) => verify(named(`${index}`))));
      const failure = { code: 'CERTIFICATE_UNAVAILABLE', retryable: true };
      await expect(verify(genuine)).rejects.toMatchObject({ failure });
      expect(await verify(genuine, { now: SENT_MS + 60_000 })).toMatchObject({ verified: true });
    });
  });

  describe('reads a message', () => {
    test.each(row.shapes)('of a %s with %j as an issue of %s', (name, changes, field) => {
      const parsed = v.safeParse(service.schema, { ...messageOf(name), ...changes });
      expect((parsed.issues ?? []).map((issue) => v.getDotPath(issue))).toEqual([field]);
    });

    test('and says what it expects of a text that has to be one line', () => {
      const { issues = [] } = v.safeParse(service.schema, { ...messageOf(), [fields.topic]: '' });
      expect(issues.map(({ message }) => message)).toEqual(['a text of one line']);
    });

    test.each(row.signedTexts)('a %s with %j as the text that is signed', async (name, changes, expected) => {
      const common = {
        [names.content]: 'My test\nmessage',
        [names.id]: 'id',
        [fields.timestamp]: '2026-11-24T03:00:00Z',
        [fields.topic]: 'arn',
      };
      const text = expected
        .replaceAll('|', '\n')
        .replace('\nM\n', '\nMy test\nmessage\n')
        .replace('\nT\n', '\n2026-11-24T03:00:00Z\n');
      const parsed = v.parse(service.schema, { ...messageOf(name), ...common, ...changes });
      expect(signedText(parsed)).toBe(text);
    });
  });

  describe('interprets', () => {
    const key = { key: 'a digest' };

    test('a subscription as the address that confirms it', () => {
      const message = messageOf('subscription-confirmation');
      expect(idle.interpret(message, key)).toEqual({
        type: 'subscription',
        confirmUrl: message[fields.confirmUrl],
      });
    });

    test('a subscription at another address as unreadable, even if it was not verified', () => {
      const message = {
        ...messageOf('subscription-confirmation'),
        [fields.confirmUrl]: 'https://evil.test/',
      };
      const expected = `an https address of ${service.name} that confirms a subscription`;
      expect(idle.interpret(message, key)).toEqual({
        type: 'unreadable',
        issues: [{ path: fields.confirmUrl, found: 'another', expected }],
      });
    });

    test('a cancelled subscription as nothing to do', () => {
      expect(idle.interpret(messageOf('unsubscribe-confirmation'), key)).toEqual({
        type: 'ignored',
        reason: `the subscription to ${topic} was cancelled`,
      });
    });

    test.each([
      { why: 'null', body: null, path: '' },
      { why: 'an unknown type', body: { ...messageOf(), [names.type]: 'Other' }, path: names.type },
    ])('$why as unreadable, with the path', ({ body, path }) => {
      expect(idle.interpret(body, key)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
    });
  });
});
