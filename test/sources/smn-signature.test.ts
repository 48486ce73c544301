import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { CertificateKeeper, pinnedUrl } from '../../lib/sources/signing-certificate.ts';
import {
  parseSmnMessage,
  SMN_HOSTS,
  type SmnMessage,
  stringToSign,
  validateSignature,
} from '../../lib/sources/smn-signature.ts';
import { readWebhook } from '../support/fixture.ts';

const NOW = Date.parse('2026-11-24T03:00:00Z');
const URL_OF_CERTIFICATE = new URL('https://smn.cn-north-4.myhuaweicloud.com/smn/SMN.pem');

const readText = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const certificate = readText('huawei-smn/signing.crt');

function messageOf(name: string, differences: Partial<SmnMessage> = {}): SmnMessage {
  const parsed = parseSmnMessage({ ...JSON.parse(readWebhook(`huawei-smn/${name}`).body), ...differences });
  if (!parsed.success) throw new v.ValiError(parsed.issues);
  return parsed.output;
}

describe('the text that is signed', () => {
  const topic = 'urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions';
  const tail = `timestamp\n2026-11-24T03:00:00Z\ntopic_urn\n${topic}\ntype\n`;
  const id = 'd84bd6629ef04513ad2e37bffd6e17cb';

  test.each([
    { why: 'with its subject', subject: 'demo', lines: 'subject\ndemo\n' },
    { why: 'without one that is empty', subject: '', lines: '' },
    { why: 'without one that is null', subject: null, lines: '' },
  ])('of a notification: $why', ({ subject, lines }) => {
    const message = messageOf('repository-deleted', { message: 'My test\nmessage', subject });
    expect(stringToSign(message)).toBe(
      `message\nMy test\nmessage\nmessage_id\n${id}\n${lines}${tail}Notification\n`,
    );
  });

  test.each(['subscription-confirmation', 'unsubscribe-confirmation'])(
    'of a %s: with the address in place of the subject',
    (name) => {
      const message = messageOf(name, {
        message: 'Hi',
        message_id: id,
        subject: 'x',
        subscribe_url: 'https://y',
      });
      expect(stringToSign(message)).toBe(
        `message\nHi\nmessage_id\n${id}\nsubscribe_url\nhttps://y\n${tail}${message.type}\n`,
      );
    },
  );

  test('of a notification: without an address, though one be there', () => {
    const message = messageOf('repository-deleted', {
      message: 'Hi',
      subject: '',
      subscribe_url: 'https://y',
    });
    expect(stringToSign(message)).toBe(`message\nHi\nmessage_id\n${id}\n${tail}Notification\n`);
  });
});

describe('the shape of a message', () => {
  const message = messageOf('repository-deleted');

  test.each([
    { why: 'an unknown type', of: { type: 'Message' }, key: 'type' },
    { why: 'no signature', of: { signature: '' }, key: 'signature' },
    { why: 'another version of the signature', of: { signature_version: 'v2' }, key: 'signature_version' },
    { why: 'a version that ends like it', of: { signature_version: 'xv1' }, key: 'signature_version' },
    { why: 'a version that begins like it', of: { signature_version: 'v10' }, key: 'signature_version' },
    { why: 'a topic of two lines', of: { topic_urn: 'a\nb' }, key: 'topic_urn' },
    { why: 'an id of two lines', of: { message_id: 'a\nb' }, key: 'message_id' },
    { why: 'a subject of two lines', of: { subject: 'a\nb' }, key: 'subject' },
    { why: 'an address of two lines', of: { subscribe_url: 'a\nb' }, key: 'subscribe_url' },
    { why: 'a time without its zone', of: { timestamp: '2026-11-24T03:00:00' }, key: 'timestamp' },
    { why: 'no message', of: { message: undefined }, key: 'message' },
    { why: 'no certificate', of: { signing_cert_url: undefined }, key: 'signing_cert_url' },
  ])('does not allow $why', ({ of, key: wrong }) => {
    const { issues = [] } = parseSmnMessage({ ...message, ...of });
    expect(issues.map((issue) => v.getDotPath(issue))).toEqual([wrong]);
  });

  test.each([
    { of: { topic_urn: '' }, expected: 'a text of one line' },
    { of: { signature_version: 'v2' }, expected: '"v1"' },
  ])('says what it wants: $expected', ({ of, expected }) => {
    const { issues = [] } = parseSmnMessage({ ...message, ...of });
    expect(issues.map((issue) => issue.message)).toEqual([expected]);
  });

  test('allows the version in either case, as the documentation writes it', () => {
    expect(parseSmnMessage({ ...message, signature_version: 'V1' }).success).toBe(true);
  });
});

describe("SMN's own addresses", () => {
  test.each([
    'https://smn.cn-north-4.myhuaweicloud.com/smn/SMN_cn-north-4_31.pem',
    'https://smn.ap-southeast-1.myhuaweicloud.com/x?y=z',
    'https://smn.eu-west-101.myhuaweicloud.eu/x',
    'https://SMN.CN-NORTH-4.MYHUAWEICLOUD.COM:443/x',
  ])('%s is one', (address) => {
    expect(pinnedUrl(address, SMN_HOSTS)?.href).toBe(new URL(address).href);
  });

  test.each([
    { why: 'no https', address: 'http://smn.cn-north-4.myhuaweicloud.com/x' },
    { why: 'another scheme', address: 'file://smn.cn-north-4.myhuaweicloud.com/x' },
    { why: 'a port', address: 'https://smn.cn-north-4.myhuaweicloud.com:8443/x' },
    { why: 'a user', address: 'https://user@smn.cn-north-4.myhuaweicloud.com/x' },
    { why: 'a password', address: 'https://:pw@smn.cn-north-4.myhuaweicloud.com/x' },
    {
      why: 'a user that looks like the host',
      address: 'https://smn.cn-north-4.myhuaweicloud.com@evil.test/x',
    },
    { why: 'a longer domain', address: 'https://smn.cn-north-4.myhuaweicloud.com.evil.test/x' },
    { why: 'a longer name', address: 'https://evil-smn.cn-north-4.myhuaweicloud.com/x' },
    { why: 'a host before it', address: 'https://evil.smn.cn-north-4.myhuaweicloud.com/x' },
    { why: 'a dot at its end', address: 'https://smn.cn-north-4.myhuaweicloud.com./x' },
    { why: 'another domain', address: 'https://smn.cn-north-4.myhuaweicloud.cn/x' },
    { why: 'no dot', address: 'https://smn.cn-north-4.myhuaweicloudxcom/x' },
    { why: 'no region', address: 'https://smn.myhuaweicloud.com/x' },
    { why: 'a bucket of that name', address: 'https://smn.obs.myhuaweicloud.com/x' },
    { why: 'another service', address: 'https://obs.cn-north-4.myhuaweicloud.com/x' },
    { why: 'a backslash', address: 'https://evil.test\\@smn.cn-north-4.myhuaweicloud.com/x' },
    { why: 'this machine', address: 'https://127.0.0.1/x' },
    { why: 'no address', address: 'smn' },
    { why: 'nothing', address: undefined },
  ])('$why is none: $address', ({ address }) => {
    expect(pinnedUrl(address, SMN_HOSTS)).toBeUndefined();
  });
});

describe('the signature', () => {
  const load = async (text: string) => {
    const loaded = await new CertificateKeeper(() => Promise.resolve(text)).get(URL_OF_CERTIFICATE, NOW);
    if (loaded === undefined) throw new Error('expected a certificate');
    return loaded;
  };

  test.each([
    'repository-deleted',
    'organization-deleted',
    'subscription-confirmation',
    'unsubscribe-confirmation',
  ])('of the recorded %s fits', async (name) => {
    expect(validateSignature(messageOf(name), await load(certificate), NOW)).toBeUndefined();
  });

  test.each([
    { why: 'the message', of: { message: '{"cts":{}}' } },
    { why: 'the id', of: { message_id: 'another' } },
    { why: 'the subject', of: { subject: '' } },
    { why: 'the time', of: { timestamp: '2026-11-24T03:00:01Z' } },
    { why: 'the topic', of: { topic_urn: 'urn:smn:cn-north-4:another:topic' } },
    { why: 'the type', of: { type: 'UnsubscribeConfirmation' as const } },
    { why: 'the signature', of: { signature: 'AAAA' } },
    { why: 'the signature, which is no base64', of: { signature: '*' } },
  ])('does not fit when $why differs', async ({ of }) => {
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

  test.each(['sha384', 'sha512'])(
    'is made with the hash that its certificate is signed with: %s',
    async (hash) => {
      const message = messageOf('repository-deleted');
      const signed = (by: string) => {
        const signature = sign(by, Buffer.from(stringToSign(message)), readText('huawei-smn/signing.key'));
        return { ...message, signature: signature.toString('base64') };
      };
      const other = await load(readText(`huawei-smn/signing-${hash}.crt`));
      expect(validateSignature(signed(hash), other, NOW)).toBeUndefined();
      expect(validateSignature(signed('sha256'), other, NOW)).toBe('the signature does not fit the message');
    },
  );

  test.each([
    { why: 'of RSA that is signed with SHA-1', name: 'signing-sha1' },
    { why: 'of RSA that is not signed with RSA', name: 'signed-by-ec' },
    { why: 'signed with RSA that is not of RSA', name: 'ec-signed-by-rsa' },
  ])('does not count under a certificate $why', async ({ name }) => {
    const other = await load(readText(`huawei-smn/${name}.crt`));
    expect(validateSignature(messageOf('repository-deleted'), other, NOW)).toBe(
      'the certificate is not one of RSA with SHA-2',
    );
  });

  test('does not count under a certificate of another kind', async () => {
    const message = messageOf('repository-deleted');
    const signature = sign('sha256', Buffer.from(stringToSign(message)), readText('tls/self-signed.key'));
    const issue = validateSignature(
      { ...message, signature: signature.toString('base64') },
      await load(readText('tls/self-signed.crt')),
      Date.parse('2027-01-01T00:00:00Z'),
    );
    expect(issue).toBe('the certificate is not one of RSA with SHA-2');
  });
});
