import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { ServiceError } from '../../lib/failure.ts';
import { github } from '../../lib/sources/github.ts';
import { KeyedSource } from '../../lib/webhook/keyed-source.ts';

const deliverySignedWith = (secret: string) => ({
  headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update('{}').digest('hex')}` },
  rawBody: Buffer.from('{}'),
});

/** A source whose stored secret may change, with the ages that it was asked for. */
function sourceWith(stored: { text: string }): { source: KeyedSource; ages: number[] } {
  const ages: number[] = [];
  const read = async (_reference: string, maxAgeMs: number) => {
    ages.push(maxAgeMs);
    return stored.text;
  };
  return { source: new KeyedSource('github', github, { secret: 'secretsmanager:github' }, read), ages };
}

test.each([
  { why: 'a text', text: 'secret' },
  { why: 'a text with a line break at its end, as files have it', text: 'secret\n' },
  { why: 'a list of several while they are being rotated', text: '["another", "secret"]' },
])('a stored secret is $why', async ({ text }) => {
  const { source } = sourceWith({ text });
  expect(await source.verify(deliverySignedWith('secret'), 0)).toEqual({ verified: true });
});

test.each([
  { why: 'an empty list', text: '[]' },
  { why: 'a list of something else', text: '[1]' },
  { why: 'a list with an empty secret', text: '["secret", ""]' },
  { why: 'empty', text: '' },
])('a stored secret that is $why is not usable', async ({ text }) => {
  const { source } = sourceWith({ text });
  await expect(source.secret?.get()).rejects.toThrow(ServiceError);
});

test('a text that only begins like a list is a text', async () => {
  const { source } = sourceWith({ text: '[not a list' });
  expect(await source.verify(deliverySignedWith('[not a list'), 0)).toEqual({ verified: true });
});

test('a signature that fits no key has the secret read anew, but only if it is half a minute old', async () => {
  const { source, ages } = sourceWith({ text: 'secret' });
  expect(await source.verify(deliverySignedWith('another'), 0)).toMatchObject({ verified: false });
  expect(ages).toEqual([300_000, 30_000]);
});

test('a signature that no key could fit does not', async () => {
  const { source, ages } = sourceWith({ text: 'secret' });
  expect(await source.verify({ headers: {}, rawBody: Buffer.from('{}') }, 0)).toMatchObject({
    verified: false,
  });
  expect(ages).toEqual([300_000]);
});
