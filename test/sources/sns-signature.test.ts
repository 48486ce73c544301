import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { CertificateKeeper } from '../../lib/sources/signing-certificate.ts';
import {
  certificateUrlOf,
  confirmUrlOf,
  parseSnsMessage,
  type SnsMessage,
  stringToSign,
  validateSignature,
} from '../../lib/sources/sns-signature.ts';
import { readWebhook } from '../support/fixture.ts';

const NOW = Date.parse('2026-11-24T03:00:00.123Z');
const HOST = 'sns.eu-central-1.amazonaws.com';

const readText = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const certificate = readText('huawei-smn/signing.crt');

function messageOf(name: string, differences: object = {}): SnsMessage {
  const parsed = parseSnsMessage({ ...JSON.parse(readWebhook(`aws-sns/${name}`).body), ...differences });
  if (!parsed.success) throw new v.ValiError(parsed.issues);
  return parsed.output;
}

describe('the text that is signed', () => {
  const message = {
    Message: 'My test\nmessage',
    MessageId: 'id',
    Timestamp: '2026-11-24T03:00:00Z',
    TopicArn: 'arn',
  };

  test.each([
    { why: 'with its subject', Subject: 'demo', lines: 'Subject\ndemo\n' },
    { why: 'without one', Subject: undefined, lines: '' },
    { why: 'without one that is null', Subject: null, lines: '' },
  ])('of a notification: $why', ({ Subject, lines }) => {
    expect(stringToSign(messageOf('repository-deleted', { ...message, Subject }))).toBe(
      `Message\nMy test\nmessage\nMessageId\nid\n${lines}Timestamp\n2026-11-24T03:00:00Z\nTopicArn\narn\nType\nNotification\n`,
    );
  });

  test.each(['subscription-confirmation', 'unsubscribe-confirmation'])(
    'of a %s: with its address and token, without a subject',
    (name) => {
      const whole = messageOf(name, { ...message, SubscribeURL: 'https://y', Token: 't', Subject: 'x' });
      expect(stringToSign(whole)).toBe(
        `Message\nMy test\nmessage\nMessageId\nid\nSubscribeURL\nhttps://y\nTimestamp\n2026-11-24T03:00:00Z\nToken\nt\nTopicArn\narn\nType\n${whole.Type}\n`,
      );
    },
  );
});

describe('the shape of a message', () => {
  test.each([
    { why: 'an unknown type', of: { Type: 'Message' }, key: 'Type' },
    { why: 'no signature', of: { Signature: '' }, key: 'Signature' },
    { why: 'another version of the signature', of: { SignatureVersion: '3' }, key: 'SignatureVersion' },
    { why: 'a version that is a number', of: { SignatureVersion: 1 }, key: 'SignatureVersion' },
    { why: 'a topic of two lines', of: { TopicArn: 'a\nb' }, key: 'TopicArn' },
    { why: 'an id of two lines', of: { MessageId: 'a\nb' }, key: 'MessageId' },
    { why: 'a subject of two lines', of: { Subject: 'a\nb' }, key: 'Subject' },
    { why: 'a time without its zone', of: { Timestamp: '2026-11-24T03:00:00' }, key: 'Timestamp' },
    { why: 'no message', of: { Message: undefined }, key: 'Message' },
    { why: 'no certificate', of: { SigningCertURL: undefined }, key: 'SigningCertURL' },
  ])('does not allow $why', ({ of, key: wrong }) => {
    const { issues = [] } = parseSnsMessage({ ...messageOf('repository-deleted'), ...of });
    expect(issues.map((issue) => v.getDotPath(issue))).toEqual([wrong]);
  });

  test('says what it wants of a text that has to be one line', () => {
    const { issues = [] } = parseSnsMessage({ ...messageOf('repository-deleted'), TopicArn: 'a\nb' });
    expect(issues.map((issue) => issue.message)).toEqual(['a text of one line']);
  });

  test.each([
    { why: 'no address', of: { SubscribeURL: undefined }, key: 'SubscribeURL' },
    { why: 'an address of two lines', of: { SubscribeURL: 'a\nb' }, key: 'SubscribeURL' },
    { why: 'no token', of: { Token: undefined }, key: 'Token' },
    { why: 'a token of two lines', of: { Token: 'a\nb' }, key: 'Token' },
  ])('does not allow $why in a confirmation', ({ of, key: wrong }) => {
    for (const name of ['subscription-confirmation', 'unsubscribe-confirmation']) {
      const { issues = [] } = parseSnsMessage({ ...messageOf(name), ...of });
      expect(issues.map((issue) => v.getDotPath(issue))).toEqual([wrong]);
    }
  });
});

const ELSEWHERE = [
  { why: 'no TLS', origin: `http://${HOST}` },
  { why: 'a port', origin: `https://${HOST}:8443` },
  { why: 'a user', origin: `https://user@${HOST}` },
  { why: 'a user that looks like the host', origin: `https://${HOST}@evil.test` },
  { why: 'a longer domain', origin: `https://${HOST}.evil.test` },
  { why: 'a host before it', origin: `https://evil.${HOST}` },
  { why: 'a longer name', origin: `https://evil-${HOST}` },
  { why: 'another country', origin: `https://${HOST}.tw` },
  { why: 'no dot', origin: 'https://sns.eu-central-1xamazonaws.com' },
  { why: 'no region', origin: 'https://sns.amazonaws.com' },
  { why: 'a bucket of that name', origin: 'https://sns.s3.amazonaws.com' },
  { why: 'a bucket of that name in a region', origin: 'https://sns.s3-eu-west-1.amazonaws.com' },
  { why: 'a site of that name', origin: 'https://sns.s3-website-us-east-1.amazonaws.com' },
  { why: 'another service', origin: 'https://s3.eu-central-1.amazonaws.com' },
  { why: 'this machine', origin: 'https://127.0.0.1' },
];
const ORIGINS = [
  `https://${HOST}`,
  'https://sns.us-gov-west-1.amazonaws.com',
  'https://sns.ap-southeast-12.amazonaws.com',
  'https://sns.cn-north-1.amazonaws.com.cn',
];

describe('the address of a certificate', () => {
  const find = (SigningCertURL: string) =>
    certificateUrlOf(messageOf('repository-deleted', { SigningCertURL }))?.href;

  test.each(ORIGINS)('may be on %s', (origin) => {
    const url = `${origin}/SimpleNotificationService-9c6465fa.pem`;
    expect(find(url)).toBe(url);
  });

  test.each([
    ...ELSEWHERE.map(({ why, origin }) => ({ why, url: `${origin}/x.pem` })),
    { why: 'another kind of file', url: `https://${HOST}/x.crt` },
    { why: 'a file that only contains the ending', url: `https://${HOST}/x.pem.txt` },
    { why: 'no file', url: `https://${HOST}/` },
    { why: 'a file without a name', url: `https://${HOST}/.pem` },
    { why: 'a folder', url: `https://${HOST}/a/x.pem` },
    { why: 'a file in the fragment', url: `https://${HOST}/#/x.pem` },
    { why: 'a file in the query', url: `https://${HOST}/?Action=GetEndpointAttributes&x=/x.pem` },
    { why: 'a query', url: `https://${HOST}/x.pem?Action=GetEndpointAttributes` },
    { why: 'no address', url: 'sns' },
  ])('is none with $why: $url', ({ url }) => {
    expect(find(url)).toBeUndefined();
  });
});

describe('the address that confirms a subscription', () => {
  const find = (SubscribeURL: string) => confirmUrlOf({ SubscribeURL })?.href;

  test.each(ORIGINS)('may be on %s', (origin) => {
    const url = `${origin}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:x&Token=t`;
    expect(find(url)).toBe(url);
  });

  test.each([
    ...ELSEWHERE.map(({ why, origin }) => ({ why, url: `${origin}/?Action=ConfirmSubscription` })),
    { why: 'another action', url: `https://${HOST}/?Action=Publish` },
    { why: 'a second action', url: `https://${HOST}/?Action=ConfirmSubscription&Action=Publish` },
    { why: 'a first action', url: `https://${HOST}/?Action=Publish&Action=ConfirmSubscription` },
    { why: 'no action', url: `https://${HOST}/` },
    { why: 'an action in the fragment', url: `https://${HOST}/#?Action=ConfirmSubscription` },
    { why: 'no address', url: 'sns' },
  ])('is none with $why: $url', ({ url }) => {
    expect(find(url)).toBeUndefined();
  });
});

describe('the signature', () => {
  const load = async (text: string) => {
    const keeper = new CertificateKeeper(() => Promise.resolve(text));
    const loaded = await keeper.get(new URL(`https://${HOST}/x.pem`), NOW);
    if (loaded === undefined) throw new Error('expected a certificate');
    return loaded;
  };

  test.each([
    'repository-deleted',
    'repository-deleted-event',
    'subscription-confirmation',
    'unsubscribe-confirmation',
  ])('of the recorded %s fits', async (name) => {
    expect(validateSignature(messageOf(name), await load(certificate), NOW)).toBeUndefined();
  });

  test.each([
    { why: 'the message', of: { Message: '{}' } },
    { why: 'the id', of: { MessageId: 'another' } },
    { why: 'the time', of: { Timestamp: '2026-11-24T03:00:01Z' } },
    { why: 'the topic', of: { TopicArn: 'arn:aws:sns:eu-central-1:123456789012:another' } },
    { why: 'the address', of: { SubscribeURL: `https://${HOST}/?Action=ConfirmSubscription&Token=u` } },
    { why: 'the token', of: { Token: 'u' } },
    { why: 'the type', of: { Type: 'UnsubscribeConfirmation' } },
    { why: 'the version', of: { SignatureVersion: '2' } },
    { why: 'the signature', of: { Signature: 'AAAA' } },
    { why: 'the signature, which is no base64', of: { Signature: '*' } },
  ])('does not fit when $why differs', async ({ of }) => {
    const issue = validateSignature(messageOf('subscription-confirmation', of), await load(certificate), NOW);
    expect(issue).toBe('the signature does not fit the message');
  });

  test.each([{ Subject: 'another' }, { Subject: undefined }])('does not fit with %j', async (of) => {
    const issue = validateSignature(messageOf('repository-deleted', of), await load(certificate), NOW);
    expect(issue).toBe('the signature does not fit the message');
  });

  test.each([
    { why: 'before it begins', now: Date.parse('2025-12-31T23:59:59Z') },
    { why: 'after its end', now: Date.parse('2126-01-01T00:00:01Z') },
  ])('does not count $why', async ({ now }) => {
    const issue = validateSignature(messageOf('repository-deleted'), await load(certificate), now);
    expect(issue).toMatch(/^the certificate is valid from 2026-01-01T00:00:00.000Z to 2126/);
  });

  test('does not count under a certificate of another kind', async () => {
    const message = messageOf('repository-deleted', { SignatureVersion: '2' });
    const signature = sign('sha256', Buffer.from(stringToSign(message)), readText('tls/self-signed.key'));
    const issue = validateSignature(
      { ...message, Signature: signature.toString('base64') },
      await load(readText('tls/self-signed.crt')),
      Date.parse('2027-01-01T00:00:00Z'),
    );
    expect(issue).toBe('the certificate is not one of RSA');
  });
});
