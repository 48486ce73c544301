import { createHmac, Hmac } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { bitbucket } from '../../lib/sources/bitbucket.ts';
import { cloudevents } from '../../lib/sources/cloudevents.ts';
import { gitea } from '../../lib/sources/gitea.ts';
import { github } from '../../lib/sources/github.ts';
import { gitlab } from '../../lib/sources/gitlab.ts';
import type { Source } from '../../lib/sources/source.ts';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { ConfiguredSource } from '../../lib/webhook/configured-source.ts';

const NOW_MS = 1_795_489_200_000;
const BODY = Buffer.from('{"action":"deleted"}');

interface Row {
  readonly name: string;
  readonly source: Source;
  readonly secrets: readonly [string, string, string];
  readonly header: string;
  /** The headers of a delivery, with the signature as it is written. */
  readonly headersOf: (signature: string) => Record<string, string>;
  readonly sign: (secret: string) => string;
  /** The header allows several signatures. */
  readonly several?: true;
}

const texts = ['the first secret of a test', 'the second secret of it', 'the third secret of it'] as const;
const hex = (secret: string) => createHmac('sha256', secret).update(BODY).digest('hex');
const hexRow = (name: string, source: Source, header: string, prefix: string): Row => ({
  name,
  source,
  secrets: texts,
  header,
  headersOf: (signature) => ({ [header]: signature }),
  sign: (secret) => `${prefix}${hex(secret)}`,
});
const signing = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const standardRow = (name: string, source: Source): Row => ({
  name,
  source,
  secrets: [signing(1), signing(2), signing(3)],
  header: 'webhook-signature',
  headersOf: (signature) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': `${NOW_MS / 1000}`,
    'webhook-signature': signature,
  }),
  sign: (secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const hmac = createHmac('sha256', key)
      .update(`msg_1.${NOW_MS / 1000}.`)
      .update(BODY);
    return `v1,${hmac.digest('base64')}`;
  },
  several: true,
});

const rows: readonly Row[] = [
  hexRow('github', github, 'x-hub-signature-256', 'sha256='),
  hexRow('bitbucket', bitbucket, 'x-hub-signature', 'sha256='),
  hexRow('gitea', gitea, 'x-gitea-signature', ''),
  hexRow('gitea of Forgejo', gitea, 'x-forgejo-signature', ''),
  standardRow('standard-webhooks', standardWebhooks),
  standardRow('cloudevents', cloudevents),
  standardRow('gitlab', gitlab),
];

/** A source whose secret is another one when it is read anew, with the number of bytes that it has hashed. */
function keyedOf({ source }: Row, stored: readonly string[], fresh: readonly string[] = stored) {
  const read = async (_reference: string, maxAgeMs: number) =>
    JSON.stringify(maxAgeMs > 30_000 ? stored : fresh);
  return new ConfiguredSource('x', source, { secret: 'ssm:x' }, read);
}

/** Verifies a delivery, and counts how often its body is hashed. */
async function verify(keyed: ConfiguredSource, headers: Record<string, string>) {
  const update = jest.spyOn(Hmac.prototype, 'update');
  try {
    const verification = await keyed.verify({ headers, rawBody: BODY }, NOW_MS);
    const hashed = update.mock.calls.filter(([data]: unknown[]) => data === BODY).length;
    return { ...verification, hashed };
  } finally {
    update.mockRestore();
  }
}

describe.each(rows)('$name', (row) => {
  const [one, two, three] = row.secrets;
  const sign = (secret: string) => row.headersOf(row.sign(secret));

  test('verifies what one of its secrets has signed, and hashes once per secret', async () => {
    for (const signer of [one, two]) {
      const verified = await verify(keyedOf(row, [one, two]), sign(signer));
      expect(verified).toMatchObject({ verified: true, hashed: 2 });
    }
  });

  test('hashes once per secret where none has signed, as long as the secrets stay the same', async () => {
    const refused = await verify(keyedOf(row, [one, two]), sign(three));
    expect(refused).toMatchObject({ verified: false, hashed: 2 });
    expect(JSON.stringify(refused)).toMatch(/fits none of the stored secrets/);
    await expect(verify(keyedOf(row, [one, two], [two, one]), sign(three))).resolves.toMatchObject({
      verified: false,
      hashed: 2,
    });
  });

  test('verifies with a secret that was just stored', async () => {
    const rotated = await verify(keyedOf(row, [one], [two, one]), sign(two));
    expect(rotated).toMatchObject({ verified: true });
    expect(rotated.hashed).toBeLessThanOrEqual(4);
  });

  test('rejects a secret that was just removed, once it is known', async () => {
    await expect(verify(keyedOf(row, [two], [two]), sign(one))).resolves.toMatchObject({ verified: false });
  });

  const right = row.sign(one);
  const [prefix = ''] = /^(?:sha256=|v1,)?/.exec(right) ?? [];
  const digits = right.slice(prefix.length);
  test.each([
    { why: 'missing', signature: undefined },
    { why: 'empty', signature: '' },
    { why: 'without its digits', signature: prefix },
    { why: 'cut off', signature: right.slice(0, -2) },
    { why: 'too long', signature: `${right}00` },
    { why: 'of another alphabet', signature: `${prefix}${digits.replace(/^./, '*')}` },
    { why: 'of another scheme', signature: `sha1=${digits}` },
    { why: 'of the other kind', signature: row.several ? `sha256=${hex(one)}` : `v1,${digits}` },
    { why: 'a megabyte of digits', signature: `${prefix}${'a'.repeat(1024 * 1024)}` },
    { why: 'behind a comma', signature: `x,${right}` },
  ])('hashes nothing where the signature is $why', async ({ signature }) => {
    const { [row.header]: _, ...others } = row.headersOf('');
    const headers = { ...others, ...(signature !== undefined && { [row.header]: signature }) };
    await expect(verify(keyedOf(row, [one], [two]), headers)).resolves.toMatchObject({
      verified: false,
      hashed: 0,
      stale: true,
    });
  });
});

describe.each(rows.filter(({ several }) => several))('$name, of several signatures', (row) => {
  const [one, two] = row.secrets;
  const wrong = row.sign(two);
  const several = (...signatures: string[]) => row.headersOf(signatures.join(' '));

  test.each([
    { why: 'the last of ten', signatures: [...Array<string>(9).fill(wrong), row.sign(one)] },
    { why: 'the first of ten', signatures: [row.sign(one), ...Array<string>(9).fill(wrong)] },
    {
      why: 'one behind many of other versions',
      signatures: [...Array<string>(500).fill('v1a,AAAA'), row.sign(one)],
    },
    { why: 'one beside what is none', signatures: ['v1,', 'v1,AAAA', '', 'v1', row.sign(one)] },
  ])('takes $why, and hashes once', async ({ signatures }) => {
    await expect(verify(keyedOf(row, [one]), several(...signatures))).resolves.toMatchObject({
      verified: true,
      hashed: 1,
    });
  });

  test.each([11, 200, 1300])('hashes nothing for %d, of which one is right', async (count) => {
    const signatures = [row.sign(one), ...Array<string>(count - 1).fill(wrong)];
    await expect(verify(keyedOf(row, [one], [two]), several(...signatures))).resolves.toMatchObject({
      verified: false,
      reason: `webhook-signature has ${count} v1 signatures, more than 10`,
      stale: true,
      hashed: 0,
    });
  });
});
