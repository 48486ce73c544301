import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { acr } from '../../lib/sources/acr.ts';
import { distribution } from '../../lib/sources/distribution.ts';
import { harbor } from '../../lib/sources/harbor.ts';
import { isRegistryName, registryNameSchema } from '../../lib/sources/registry.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';

test.each(['a', 'library/test', 'a/b/c/d', 'a.b/c_d/e__f/g-h/i---j', 'a1.2-3', 'a'.repeat(255)])(
  '%s is the name of a repository',
  (name) => {
    expect(isRegistryName(name)).toBe(true);
  },
);

test.each([
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  'A',
  'a b',
  'a..b',
  'a___b',
  'a._b',
  '-a',
  'a-',
  '.a',
  'a/../b',
  'a\n',
  'a'.repeat(256),
])('%j is no name of a repository', (name) => {
  expect(isRegistryName(name)).toBe(false);
});

test('the issue says what is expected', () => {
  const { issues = [] } = v.safeParse(registryNameSchema, 'A');
  expect(issues.map(({ message }) => message)).toEqual([
    'the name of a repository, as the OCI Distribution Specification allows it',
  ]);
});

const MISSING = 'the configured header is missing';
const registries = [
  {
    name: 'acr',
    source: acr,
    fixture: 'acr/delete',
    header: 'x-acme-registry',
    missing: { reason: MISSING },
  },
  {
    name: 'distribution',
    source: distribution,
    fixture: 'distribution/repository-deleted',
    header: 'x-registry-proof',
    missing: { reason: MISSING },
  },
  {
    name: 'harbor',
    source: harbor,
    fixture: 'harbor/repository-deleted',
    header: 'authorization',
    missing: { reason: 'no Authorization header', stale: true },
  },
];

describe.each(registries)('the header of $name', ({ source, fixture, header, missing }) => {
  const recorded = readWebhook(fixture);
  const right = recorded.headers[header];
  const verify = (value: string | undefined) =>
    source.verify(deliveryOf(recorded, { headers: { [header]: value } }), [
      source.parseSecret(recorded.secret),
    ]);

  test('verifies a delivery', () => {
    expect(verify(right)).toMatchObject({ verified: true });
  });

  test('rejects a delivery if it is missing', () => {
    expect(verify(undefined)).toEqual({ verified: false, ...missing });
  });

  test('rejects a delivery if it is another one, which may fit a newer secret, and is not shown', () => {
    const reason = 'the configured header fits none of the stored secrets';
    expect(verify(`${right?.slice(0, -1)}_`)).toEqual({ verified: false, reason });
    expect(verify(`${right}0`)).toEqual({ verified: false, reason });
  });

  test.each(['', ' ', 'short', 'Bearer short'])('needs a secret that can not be guessed: %j', (secret) => {
    expect(() => source.parseSecret(secret)).toThrow(/expected/);
  });
});

test.each([acr, distribution])('a secret of ACR and Distribution needs the name of its header', (source) => {
  expect(() => source.parseSecret('9b2f6c1d7e804a35')).toThrow('Header-Name: value');
});
