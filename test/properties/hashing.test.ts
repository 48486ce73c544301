import { expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Source } from '../../lib/sources/source.ts';
import { holds } from '../support/properties.ts';
import { bytesOf } from './values.ts';

/** Bytes that went into a digest, or into a signature that was checked, since the last look. */
let hashed = 0;
const sizeOf = (data: unknown) => Buffer.byteLength(Buffer.isBuffer(data) ? data : String(data));
const crypto = await import('node:crypto');

/** A hash whose bytes are counted. */
function counted<T extends { update(data: unknown): unknown }>(hash: T): T {
  const update = hash.update.bind(hash);
  hash.update = (data: unknown) => {
    hashed += sizeOf(data);
    update(data);
    return hash;
  };
  return hash;
}

jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  createHmac: (...args: Parameters<typeof crypto.createHmac>) => counted(crypto.createHmac(...args)),
  createHash: (...args: Parameters<typeof crypto.createHash>) => counted(crypto.createHash(...args)),
  hash: (...args: Parameters<typeof crypto.hash>) => {
    hashed += sizeOf(args[1]);
    return crypto.hash(...args);
  },
  verify: (...args: [string, Buffer, never, Buffer]) => {
    hashed += sizeOf(args[1]);
    return crypto.verify(...args);
  },
}));

const { sources } = await import('../../lib/sources/index.ts');
const { ConfiguredSource } = await import('../../lib/webhook/configured-source.ts');
const { readWebhook } = await import('../support/fixture.ts');
const { topicSenders } = await import('../support/topics.ts');

const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const signing = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const secretOf: Readonly<Record<string, (byte: number) => string>> = {
  'standard-webhooks': signing,
  cloudevents: signing,
  gitlab: (byte) => (byte % 2 === 0 ? signing(byte) : plain(byte)),
  acr: (byte) => `X-Proof: ${'abcdefghij'[byte]?.repeat(16)}`,
  distribution: (byte) => `X-Proof: ${'abcdefghij'[byte]?.repeat(16)}`,
};
const plain = (byte: number) => 'abcdefghij'[byte]?.repeat(20) ?? '';
const topicSources: Readonly<Record<string, { readonly source: Source }>> = topicSenders;

const hexSignature = (key: string, body: Buffer) =>
  crypto.createHmac('sha256', key).update(body).digest('hex');

/** Headers that some source looks at, right ones for one of the secrets among them. */
const headersFor = (body: Buffer) => {
  const key = fc.nat({ max: 9 });
  const hex = key.map((byte) => hexSignature(plain(byte), body));
  const standard = key.map((byte) => {
    const hmac = crypto
      .createHmac('sha256', Buffer.alloc(32, byte))
      .update(`id.${NOW_MS / 1000}.`)
      .update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  const signature = fc.oneof(standard, fc.constantFrom('v1,', 'v1a,AAAA', `v1,${'A'.repeat(43)}=`));
  // A few different ones, over and over.
  const list = fc
    .tuple(fc.array(signature, { maxLength: 13 }), fc.constantFrom(1, 1, 10, 100))
    .map(([signatures, times]) => Array.from({ length: times }, () => signatures).flat());
  return fc.record(
    {
      'x-hub-signature-256': hex.map((text) => `sha256=${text}`),
      'x-hub-signature': hex.map((text) => `sha256=${text}`),
      'x-gitea-signature': hex,
      'x-forgejo-signature': hex,
      'x-gitlab-token': key.map(plain),
      authorization: key.map(plain),
      'x-proof': key.map(plain),
      'webhook-id': fc.constant('id'),
      'webhook-timestamp': fc.constant(`${NOW_MS / 1000}`),
      'webhook-signature': list.map((each) => each.join(' ')),
      'x-amz-sns-message-type': fc.constant('Notification'),
      'x-smn-message-type': fc.constant('Notification'),
    },
    { requiredKeys: [] },
  );
};

const bodies = fc.oneof(
  bytesOf({ min: 2000, max: 5000 }),
  fc
    .constantFrom('aws-sns/repository-deleted', 'huawei-smn/repository-deleted')
    .map((name) => Buffer.from(readWebhook(name).body)),
);
const deliveries = bodies.chain((rawBody) => headersFor(rawBody).map((headers) => ({ headers, rawBody })));
const secrets = fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 });

test.each(Object.entries<Source>(sources))(
  '%s hashes at most twice the body per stored secret',
  async (type, configured) => {
    const source = topicSources[type]?.source ?? configured;
    const topics = Object.values(topicSenders).map(({ topic }) => topic);
    let sum = 0;
    await holds([deliveries, secrets, secrets], async (delivery, stored, fresh) => {
      const write = (bytes: readonly number[]) => JSON.stringify(bytes.map(secretOf[type] ?? plain));
      const read = async (_reference: string, maxAgeMs: number) => write(maxAgeMs > 30_000 ? stored : fresh);
      const config = source.verifiedBy === 'topics' ? { topics } : { secret: 'ssm:x' };
      const keyed = new ConfiguredSource('x', source, config, read);
      hashed = 0;
      await keyed.verify(delivery, NOW_MS);
      sum += hashed;
      const keys = source.verifiedBy === 'topics' ? 1 : new Set([...stored, ...fresh]).size;
      // Standard Webhooks sign an id and a time with the body.
      const signed = delivery.rawBody.length + `id.${NOW_MS / 1000}.`.length;
      expect(hashed).toBeLessThanOrEqual(2 * keys * signed);
    });
    expect(sum).toBeGreaterThan(0);
  },
);
