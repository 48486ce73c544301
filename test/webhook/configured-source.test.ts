import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../../lib/failure.ts';
import { github } from '../../lib/sources/github.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import { ConfiguredSource, configuredSources } from '../../lib/webhook/configured-source.ts';
import { configOf } from '../support/config.ts';

const SECRET = 'the secret of this test';
const ANOTHER = 'another secret of it';

const deliverySignedWith = (secret: string) => ({
  headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update('{}').digest('hex')}` },
  rawBody: Buffer.from('{}'),
});

/** A source whose stored secret may change, with the ages that it was asked for. */
function sourceWith(stored: { text: string }): { source: ConfiguredSource; ages: number[] } {
  const ages: number[] = [];
  const read = async (_reference: string, maxAgeMs: number) => {
    ages.push(maxAgeMs);
    return stored.text;
  };
  return { source: new ConfiguredSource('github', github, { secret: 'secretsmanager:github' }, read), ages };
}

test.each([
  { why: 'a text', text: SECRET },
  { why: 'a text with a line break at its end, as files have it', text: `${SECRET}\n` },
  { why: 'a list of several while they are being rotated', text: JSON.stringify([ANOTHER, SECRET]) },
])('a stored secret is $why', async ({ text }) => {
  const { source } = sourceWith({ text });
  expect(await source.verify(deliverySignedWith(SECRET), 0)).toMatchObject({ verified: true });
});

test.each([
  { why: 'an empty list', text: '[]' },
  { why: 'a list of something else', text: '[1]' },
  { why: 'a list with an empty secret', text: JSON.stringify([SECRET, '']) },
  { why: 'empty', text: '' },
  { why: 'too short', text: '123456789012345' },
  { why: 'too short, but for its blanks', text: `a${' '.repeat(20)}b` },
  { why: 'a list with a secret that is too short', text: JSON.stringify([SECRET, '123456789012345']) },
  { why: 'a list of too many', text: JSON.stringify(Array(11).fill(SECRET)) },
])('a stored secret that is $why is not usable', async ({ text }) => {
  const { source } = sourceWith({ text });
  await expect(source.secret?.get()).rejects.toThrow(ServiceError);
});

test('a list that is none says what was expected, and not what it holds', async () => {
  const { source } = sourceWith({ text: '["hunter2", 7]' });
  await expect(source.secret?.get()).rejects.toThrow(
    'Unusable secret for source github (secretsmanager:github): expected a JSON array of texts, found another one',
  );
});

test.each([
  { why: 'within the secret', text: `${SECRET}\n${SECRET}\n`, secret: `${SECRET}\n${SECRET}` },
  { why: 'of Windows', text: `${SECRET}\r\n`, secret: SECRET },
  { why: 'twice, of which only the last is that of the file', text: `${SECRET}\n\n`, secret: `${SECRET}\n` },
])('a line break $why is taken as it was meant', async ({ text, secret }) => {
  const { source } = sourceWith({ text });
  expect(await source.verify(deliverySignedWith(secret), 0)).toMatchObject({ verified: true });
});

test('JSON that is no list is a text', async () => {
  const { source } = sourceWith({ text: '{"a":"0123456789"}' });
  expect(await source.verify(deliverySignedWith('{"a":"0123456789"}'), 0)).toMatchObject({ verified: true });
});

describe('a source without a secret', () => {
  const asked: unknown[] = [];
  const source: Source = {
    ...github,
    verifiedBy: 'topics',
    verify: (_delivery, keys, nowMs, options) => {
      asked.push({ keys, nowMs, options });
      return { verified: false, reason: 'it is a test' };
    },
  };
  const read = () => Promise.reject(new Error('no secret is read'));

  test('is verified once, with the topics of the configuration', async () => {
    const keyed = new ConfiguredSource('topics', source, { topics: ['t'] }, read);
    expect(keyed.secret).toBeUndefined();
    expect(await keyed.verify(deliverySignedWith('x'), 42)).toMatchObject({ verified: false });
    expect(asked.splice(0)).toStrictEqual([{ keys: [], nowMs: 42, options: { topics: ['t'] } }]);
  });

  test('gets no topics where there are none', async () => {
    await new ConfiguredSource('topics', source, {}, read).verify(deliverySignedWith('x'), 42);
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
  const keyed = configuredSources(config, () => Promise.resolve(''));
  expect(
    [...keyed].map(([name, { name: own, source, secret }]) => [name, own, source, secret?.reference]),
  ).toEqual([
    ['forge', 'forge', sources.github, 'env:X'],
    ['topics', 'topics', sources['huawei-smn'], undefined],
  ]);
});

test('a text that only begins like a list is a text', async () => {
  const { source } = sourceWith({ text: '[this is not a list' });
  expect(await source.verify(deliverySignedWith('[this is not a list'), 0)).toMatchObject({ verified: true });
});

test('a signature that fits no key has the secret read anew, but only if it is half a minute old', async () => {
  const { source, ages } = sourceWith({ text: SECRET });
  expect(await source.verify(deliverySignedWith(ANOTHER), 0)).toMatchObject({ verified: false });
  expect(ages).toEqual([300_000, 30_000]);
});

test('a signature that no key could fit does not', async () => {
  const { source, ages } = sourceWith({ text: SECRET });
  expect(await source.verify({ headers: {}, rawBody: Buffer.from('{}') }, 0)).toMatchObject({
    verified: false,
  });
  expect(ages).toEqual([300_000]);
});

describe('a signature that fits no key', () => {
  /** A source of which every round is recorded. */
  function counting(stored: { text: string }) {
    const rounds: string[][] = [];
    const source: Source = {
      ...github,
      verify(delivery, keys) {
        rounds.push(keys.map(String));
        return github.verify(delivery, keys);
      },
    };
    const keyed = new ConfiguredSource('github', source, { secret: 'ssm:x' }, async (_, maxAgeMs) =>
      maxAgeMs > 30_000 ? JSON.stringify([SECRET]) : stored.text,
    );
    return { keyed, rounds };
  }

  test.each([
    { why: 'the same', text: JSON.stringify([SECRET]) },
    { why: 'the same, written in another way', text: `${SECRET}\n` },
    { why: 'the same, twice', text: JSON.stringify([SECRET, SECRET]) },
  ])('is not hashed again where the secret is $why', async ({ text }) => {
    const { keyed, rounds } = counting({ text });
    expect(await keyed.verify(deliverySignedWith(ANOTHER), 0)).toMatchObject({ verified: false });
    expect(rounds).toEqual([[SECRET]]);
  });

  test('is looked at again where there is a new key', async () => {
    const { keyed, rounds } = counting({ text: JSON.stringify([ANOTHER, SECRET]) });
    expect(await keyed.verify(deliverySignedWith(ANOTHER), 0)).toMatchObject({ verified: true });
    expect(rounds).toEqual([[SECRET], [ANOTHER, SECRET]]);
  });
});
