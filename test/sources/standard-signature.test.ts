import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parseSigningSecret, verifyStandardSignature } from '../../lib/sources/standard-signature.ts';

const encoded = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

describe('a signing secret', () => {
  test.each([
    { why: 'with its prefix', secret: `whsec_${encoded(32)}`, bytes: 32 },
    { why: 'without it', secret: encoded(32), bytes: 32 },
    { why: 'with spaces around it', secret: ` whsec_${encoded(32)} \n`, bytes: 32 },
    { why: 'as short as it may be', secret: `whsec_${encoded(24)}`, bytes: 24 },
    { why: 'as long as it may be', secret: `whsec_${encoded(64)}`, bytes: 64 },
  ])('is read $why', ({ secret, bytes }) => {
    expect(parseSigningSecret(secret)).toEqual(Buffer.alloc(bytes, 7));
  });

  test.each([
    { why: 'empty', secret: '', found: 0 },
    { why: 'too short', secret: `whsec_${encoded(23)}`, found: 23 },
    { why: 'too long', secret: `whsec_${encoded(65)}`, found: 65 },
    { why: 'not encoded', secret: 'whsec_a sentence, and not a short one either', found: 0 },
    { why: 'encoded, with something before it', secret: `whsec_*${encoded(32)}`, found: 0 },
    { why: 'encoded, with something behind it', secret: `whsec_${encoded(32)}*`, found: 0 },
    { why: 'encoded, with the prefix in it', secret: `AAAAwhsec_${encoded(32)}`, found: 0 },
  ])('is refused if it is $why, without being shown', ({ secret, found }) => {
    const message = `expected whsec_ and the base64 of 24 to 64 bytes, found ${found} bytes`;
    expect(() => parseSigningSecret(secret)).toThrow(new Error(message));
  });
});

describe('a signature', () => {
  const NOW = 1_795_489_200_000;
  const key = Buffer.alloc(32, 7);
  const rawBody = Buffer.from('{}');
  const signed = (id: string, timestamp: string) => {
    const text = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${createHmac('sha256', key).update(text).digest('base64')}`,
    };
  };
  const right = signed('msg_1', '1795489200');
  const verify = (headers: Record<string, string | undefined>) =>
    verifyStandardSignature({ headers, rawBody }, [key], NOW);

  test('fits', () => {
    expect(verify(right)).toMatchObject({ verified: true });
  });

  test.each([
    ...Object.keys(right).flatMap((name) => [
      {
        why: `without ${name}`,
        headers: { ...right, [name]: undefined },
        reason: 'webhook-id, webhook-timestamp or webhook-signature is missing',
      },
    ]),
    {
      why: 'with an empty id, which somebody signed',
      headers: signed('', '1795489200'),
      reason: 'webhook-id, webhook-timestamp or webhook-signature is missing',
    },
    {
      why: 'with a sign before the time',
      headers: signed('msg_1', '+1795489200'),
      reason: 'webhook-timestamp is not in seconds since 1970',
    },
    {
      why: 'with a fraction behind the time',
      headers: signed('msg_1', '1795489200.0'),
      reason: 'webhook-timestamp is not in seconds since 1970',
    },
    {
      why: 'with a time of thirteen digits',
      headers: signed('msg_1', '1795489200000'),
      reason: 'webhook-timestamp is not in seconds since 1970',
    },
    {
      why: 'of long ago',
      headers: signed('msg_1', '1795488899'),
      reason: 'webhook-timestamp is more than 300 seconds away from now',
    },
  ])('$why is refused, and no other secret would help', ({ headers, reason }) => {
    expect(verify(headers)).toEqual({ verified: false, reason, stale: true });
  });

  test('that does not fit may have been made with a newer secret', () => {
    expect(verify({ ...right, 'webhook-id': 'msg_2' })).toEqual({
      verified: false,
      reason: 'webhook-signature fits none of the stored secrets',
    });
  });
});
