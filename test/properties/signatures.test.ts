import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bitbucket } from '../../lib/sources/bitbucket.ts';
import { cloudevents } from '../../lib/sources/cloudevents.ts';
import { gitea } from '../../lib/sources/gitea.ts';
import { github } from '../../lib/sources/github.ts';
import { gitlab } from '../../lib/sources/gitlab.ts';
import type { Source } from '../../lib/sources/source.ts';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { holds, testProperty } from '../support/properties.ts';
import { bytesOf } from './values.ts';

const NOW_MS = 1_795_489_200_000;

interface Signer {
  readonly name: string;
  readonly source: Source;
  /** A secret as it is stored, of random bytes. */
  readonly secretOf: (bytes: Uint8Array) => string;
  readonly sign: (key: Buffer, body: Buffer) => Record<string, string>;
}

const hex = (key: Buffer, body: Buffer) => createHmac('sha256', key).update(body).digest('hex');
const plainSecret = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const standardSecret = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const signStandard = (key: Buffer, body: Buffer) => {
  const [id, timestamp] = ['msg_1', `${NOW_MS / 1000}`];
  const signed = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signed}` };
};

const signers: Signer[] = [
  {
    name: 'github',
    source: github,
    secretOf: plainSecret,
    sign: (key, body) => ({ 'x-hub-signature-256': `sha256=${hex(key, body)}` }),
  },
  {
    name: 'bitbucket',
    source: bitbucket,
    secretOf: plainSecret,
    sign: (key, body) => ({ 'x-hub-signature': `sha256=${hex(key, body)}` }),
  },
  {
    name: 'gitea',
    source: gitea,
    secretOf: plainSecret,
    sign: (key, body) => ({ 'x-gitea-signature': hex(key, body) }),
  },
  { name: 'standard-webhooks', source: standardWebhooks, secretOf: standardSecret, sign: signStandard },
  { name: 'cloudevents', source: cloudevents, secretOf: standardSecret, sign: signStandard },
  { name: 'gitlab', source: gitlab, secretOf: standardSecret, sign: signStandard },
];

const keyBytes = bytesOf({ min: 24, max: 64 });
const bodies = bytesOf({ min: 1, max: 300 });

/** The key that signatures are made with: for Standard Webhooks the bytes, otherwise the text itself. */
const signingKey = ({ secretOf }: Signer, bytes: Uint8Array) =>
  secretOf === standardSecret ? Buffer.from(bytes) : Buffer.from(secretOf(bytes));

async function verifies(signer: Signer, headers: Record<string, string>, body: Buffer, bytes: Uint8Array) {
  const key = signer.source.parseSecret(signer.secretOf(bytes));
  const { verified } = await signer.source.verify({ headers, rawBody: body }, [key], NOW_MS, {});
  return verified;
}

describe.each(signers)('$name', (signer) => {
  testProperty('verifies all bytes that its own key has signed', [keyBytes, bodies], async (bytes, body) => {
    const raw = Buffer.from(body);
    expect(await verifies(signer, signer.sign(signingKey(signer, bytes), raw), raw, bytes)).toBe(true);
  });

  testProperty(
    'rejects a signature of another key',
    [keyBytes, keyBytes, bodies],
    async (bytes, others, body) => {
      fc.pre(!Buffer.from(bytes).equals(Buffer.from(others)));
      const raw = Buffer.from(body);
      expect(await verifies(signer, signer.sign(signingKey(signer, others), raw), raw, bytes)).toBe(false);
    },
  );

  testProperty(
    'rejects a body of which one byte was changed',
    [keyBytes, bodies, fc.nat(), fc.integer({ min: 1, max: 255 })],
    async (bytes, body, at, by) => {
      const headers = signer.sign(signingKey(signer, bytes), Buffer.from(body));
      const changed = Buffer.from(body);
      const index = at % changed.length;
      changed[index] = (changed[index] ?? 0) ^ by;
      expect(await verifies(signer, headers, changed, bytes)).toBe(false);
    },
  );

  test.each(signers.filter(({ sign }) => sign !== signer.sign))(
    'rejects the headers of $name, even with the same key',
    async (other) => {
      await holds([keyBytes, bodies], async (bytes, body) => {
        const raw = Buffer.from(body);
        const headers = other.sign(signingKey(signer, bytes), raw);
        expect(await verifies(signer, headers, raw, bytes)).toBe(false);
      });
    },
  );
});

describe.each(signers.filter(({ sign }) => sign === signStandard))('$name', (signer) => {
  const bytes = new Uint8Array(32).fill(7);
  const body = Buffer.from('{}');
  const headers = signer.sign(signingKey(signer, bytes), body);

  test('verifies only the signed id and time', async () => {
    const header = fc.constantFrom('webhook-id', 'webhook-timestamp');
    const value = fc.oneof(fc.nat().map(String), fc.string(), fc.constantFrom('msg_1', '1795489200'));
    await holds([header, value], async (name, given) => {
      const same = headers[name] === given;
      expect(await verifies(signer, { ...headers, [name]: given }, body, bytes)).toBe(same);
    });
  });

  test('verifies a delivery for five minutes, whichever clock is ahead', async () => {
    const key = signer.source.parseSecret(signer.secretOf(bytes));
    await holds([fc.integer({ min: -700_000, max: 700_000 })], async (ms) => {
      const { verified } = await signer.source.verify({ headers, rawBody: body }, [key], NOW_MS + ms, {});
      expect(verified).toBe(Math.abs(ms) <= 300_000);
    });
  });

  test('verifies one signature among others, in every place', async () => {
    const other = fc.stringMatching(/^(?:v1a?|v2),[A-Za-z0-9+/]{0,44}={0,2}$/);
    await holds(
      [fc.array(other, { maxLength: 4 }), fc.array(other, { maxLength: 5 })],
      async (before, behind) => {
        const fits = [...before, headers['webhook-signature'], ...behind].join(' ');
        expect(await verifies(signer, { ...headers, 'webhook-signature': fits }, body, bytes)).toBe(true);
        const none = [...before, ...behind].join(' ');
        expect(await verifies(signer, { ...headers, 'webhook-signature': none }, body, bytes)).toBe(false);
      },
    );
  });
});

test('while secrets are rotated, each of them counts, and no other', async () => {
  const secret = fc.string({ minLength: 1 }).map((text) => `${text} of 16 characters`);
  await holds(
    [fc.uniqueArray(secret, { minLength: 1, maxLength: 4 }), secret, bodies],
    (known, used, body) => {
      const raw = Buffer.from(body);
      const headers = { 'x-hub-signature-256': `sha256=${hex(Buffer.from(used), raw)}` };
      const keys = known.map((each) => github.parseSecret(each));
      expect(github.verify({ headers, rawBody: raw }, keys).verified).toBe(known.includes(used));
    },
  );
});
