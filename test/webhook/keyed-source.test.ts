import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../../lib/failure.ts';
import { github } from '../../lib/sources/github.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import { KeyedSource, keyedSources } from '../../lib/webhook/keyed-source.ts';
import { configOf } from '../support/config.ts';

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
  expect(await source.verify(deliverySignedWith('secret'), 0)).toMatchObject({ verified: true });
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

test('a list that is none says what was expected, and not what it holds', async () => {
  const { source } = sourceWith({ text: '["hunter2", 7]' });
  await expect(source.secret?.get()).rejects.toThrow(
    'secretsmanager:github: expected a JSON array of secrets, found another one',
  );
});

test.each([
  { why: 'within the secret', text: 'sec\nret\n', secret: 'sec\nret' },
  { why: 'of Windows', text: 'secret\r\n', secret: 'secret' },
  { why: 'twice, of which only the last is that of the file', text: 'secret\n\n', secret: 'secret\n' },
])('a line break $why is taken as it was meant', async ({ text, secret }) => {
  const { source } = sourceWith({ text });
  expect(await source.verify(deliverySignedWith(secret), 0)).toMatchObject({ verified: true });
});

test('JSON that is no list is a text', async () => {
  const { source } = sourceWith({ text: '{"a":1}' });
  expect(await source.verify(deliverySignedWith('{"a":1}'), 0)).toMatchObject({ verified: true });
});

describe('a source that no secret proves', () => {
  const asked: unknown[] = [];
  const source: Source = {
    ...github,
    provedBy: 'topics',
    verify: (_delivery, keys, nowMs, options) => {
      asked.push({ keys, nowMs, options });
      return { verified: false, reason: 'it is a test' };
    },
  };
  const read = () => Promise.reject(new Error('no secret is read'));

  test('is verified once, with the topics of the configuration', async () => {
    const keyed = new KeyedSource('topics', source, { topics: ['t'] }, read);
    expect(keyed.secret).toBeUndefined();
    expect(await keyed.verify(deliverySignedWith('x'), 42)).toMatchObject({ verified: false });
    expect(asked.splice(0)).toStrictEqual([{ keys: [], nowMs: 42, options: { topics: ['t'] } }]);
  });

  test('gets no topics where there are none', async () => {
    await new KeyedSource('topics', source, {}, read).verify(deliverySignedWith('x'), 42);
    expect(asked.splice(0)).toStrictEqual([{ keys: [], nowMs: 42, options: {} }]);
  });
});

test('every source of a configuration is there under its name', () => {
  const config = configOf({
    sources: {
      forge: { type: 'github', secret: 'env:X' },
      topics: { type: 'huawei-smn', topics: ['urn:x'] },
    },
  });
  const keyed = keyedSources(config, () => Promise.resolve(''));
  expect(
    [...keyed].map(([name, { name: own, source, secret }]) => [name, own, source, secret?.reference]),
  ).toEqual([
    ['forge', 'forge', sources.github, 'env:X'],
    ['topics', 'topics', sources['huawei-smn'], undefined],
  ]);
});

test('a text that only begins like a list is a text', async () => {
  const { source } = sourceWith({ text: '[not a list' });
  expect(await source.verify(deliverySignedWith('[not a list'), 0)).toMatchObject({ verified: true });
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
