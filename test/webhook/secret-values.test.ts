import { describe, expect, test } from '@jest/globals';
import { configuredSources } from '../../lib/webhook/configured-source.ts';
import { SecretValues, splitSecrets } from '../../lib/webhook/secret-values.ts';
import { configOf } from '../support/config.ts';
import { recordLog } from '../support/recorded-log.ts';

const VALUE = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = 'b7d0c9e1a2f34856b7d0c9e1a2f34856';
const types = {
  github: 'github',
  gitlab: 'gitlab',
  acr: 'acr',
  distribution: 'distribution',
  harbor: 'harbor',
  anyone: 'standard-webhooks',
} as const;
type Name = keyof typeof types;
const NAMES = ['github', 'gitlab', 'acr', 'distribution', 'harbor', 'anyone'] as const;

/** The sources of a configuration, with what their secrets hold, which may change. */
function sourcesWith(stored: Partial<Record<Name, string | Error>>) {
  const recorded = recordLog();
  const reads: string[] = [];
  const config = configOf({
    sources: Object.fromEntries(
      NAMES.filter((name) => name in stored).map((name) => [
        name,
        { type: types[name], secret: `env:${name}` },
      ]),
    ),
  });
  const keyed = configuredSources(
    config,
    (reference) => {
      reads.push(reference);
      const text = Object.entries(stored).find(([name]) => reference === `env:${name}`)?.[1];
      return typeof text === 'string' ? Promise.resolve(text) : Promise.reject(text ?? new Error('none'));
    },
    recorded.log,
  );
  const get = (name: Name) => keyed.get(name)?.secret?.get();
  return { stored, get, reads, errors: () => recorded.of('unusable') };
}

describe('two sources with one secret can not be used, and the others can,', () => {
  test.each<{ why: string; stored: Partial<Record<Name, string>>; shared: readonly [Name, Name] }>([
    { why: 'as it is', stored: { github: VALUE, gitlab: VALUE }, shared: ['github', 'gitlab'] },
    { why: 'as a file', stored: { github: VALUE, gitlab: `${VALUE}\n` }, shared: ['github', 'gitlab'] },
    {
      why: 'in lists',
      stored: { github: JSON.stringify([OTHER, VALUE]), gitlab: JSON.stringify([VALUE]) },
      shared: ['github', 'gitlab'],
    },
    {
      why: 'in headers of different names',
      stored: { acr: `X-One: ${VALUE}`, distribution: `X-Two:${VALUE}` },
      shared: ['acr', 'distribution'],
    },
    {
      why: 'in headers of different schemes',
      stored: { acr: `Authorization: bearer ${VALUE}`, harbor: `Basic  ${VALUE}` },
      shared: ['acr', 'harbor'],
    },
    {
      why: 'as a header and as a text',
      stored: { harbor: `Bearer ${VALUE}`, github: VALUE },
      shared: ['github', 'harbor'],
    },
    {
      why: 'as a signing secret and as a text',
      stored: { anyone: `whsec_${VALUE}`, github: VALUE },
      shared: ['anyone', 'github'],
    },
    {
      why: 'as two signing secrets',
      stored: { anyone: VALUE, gitlab: `whsec_${VALUE}` },
      shared: ['anyone', 'gitlab'],
    },
    {
      why: 'as the bytes and as their base64',
      stored: { anyone: `whsec_${Buffer.from(OTHER).toString('base64')}`, github: OTHER },
      shared: ['anyone', 'github'],
    },
  ])('$why', async ({ stored, shared }) => {
    const free = NAMES.find((name) => !shared.includes(name) && name !== 'anyone');
    const own = 'X-Own: 0f1e2d3c4b5a69788796a5b4';
    const { get, errors } = sourcesWith({ ...stored, ...(free && { [free]: own }) });
    const [one, another] = shared;
    const says = (name: Name, other: Name) =>
      `Unusable secret for source ${name} (env:${name}): expected a secret of its own, found one that is also a secret of source ${other}`;
    await expect(get(one)).rejects.toThrow(says(one, another));
    await expect(get(another)).rejects.toThrow(says(another, one));
    await expect(get(free ?? one)).resolves.toHaveLength(1);
    expect(errors()).toMatchObject([{ of: `source ${one}` }, { of: `source ${another}` }]);
    expect(JSON.stringify(errors())).not.toContain(VALUE);
  });
});

test('short values that only look the same behind a colon are different', async () => {
  const { get } = sourcesWith({ github: 'one-long-prefix:1234', gitlab: 'another-long-prefix:1234' });
  await expect(get('github')).resolves.toHaveLength(1);
  await expect(get('gitlab')).resolves.toHaveLength(1);
});

test('both work as soon as one of them has another secret', async () => {
  const { stored, get } = sourcesWith({ github: VALUE, gitlab: VALUE });
  await expect(get('github')).rejects.toThrow('Unusable');
  stored.gitlab = OTHER;
  await expect(get('github')).resolves.toHaveLength(1);
  await expect(get('gitlab')).resolves.toHaveLength(1);
});

test('a source works while the secret of another one can not be read, unless that was the same', async () => {
  const away = new Error('away');
  const { stored, get } = sourcesWith({ github: VALUE, gitlab: away });
  await expect(get('github')).resolves.toHaveLength(1);
  const known = sourcesWith({ github: VALUE, gitlab: VALUE });
  await expect(known.get('github')).rejects.toThrow('Unusable');
  known.stored.gitlab = away;
  await expect(known.get('github')).rejects.toThrow('Unusable');
  expect(stored.gitlab).toBe(away);
});

test('an unusable list that holds the secret of another source stops that one too', async () => {
  const { get } = sourcesWith({ github: VALUE, gitlab: JSON.stringify([VALUE, '']) });
  await expect(get('github')).rejects.toThrow('also a secret of source gitlab');
  await expect(get('gitlab')).rejects.toThrow('found an empty one');
});

test('a secret of another source that can not be read is tried again after half a minute', async () => {
  let now = 0;
  const reads: string[] = [];
  const read = (reference: string) => {
    reads.push(reference);
    return Promise.reject(new Error('away'));
  };
  const values = new SecretValues(new Map([['x', 'env:x']]), read, () => now);
  await values.refresh(0);
  now = 29_999;
  await values.refresh(0);
  expect(reads).toHaveLength(1);
  now = 30_000;
  await values.refresh(0);
  expect(reads).toHaveLength(2);
});

test('a list holds ten secrets at most', () => {
  const list = (length: number) => JSON.stringify(Array.from({ length }, String));
  expect(splitSecrets(list(10))).toHaveLength(10);
  expect(() => splitSecrets(list(11))).toThrow('expected at most 10 secrets, found 11');
});
