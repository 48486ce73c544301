import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { SendableType } from '../../../cli/send/sample-bodies.ts';
import { readSample } from '../../../cli/send/sample-repository.ts';
import { SAMPLE_EVENTS, senders, signSample } from '../../../cli/send/senders.ts';
import { sources } from '../../../lib/sources/index.ts';
import type { Source } from '../../../lib/sources/source.ts';

interface Row {
  readonly why: string;
  readonly type: SendableType;
  readonly secret: string;
  readonly another: string;
  readonly repository: string;
  readonly ambiguous?: boolean;
}

const makeSigningSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const SHARED = { secret: "It's a Secret to Everybody", another: 'another secret of this test' };
const SIGNING = { why: 'a signature', secret: makeSigningSecret(), another: makeSigningSecret() };
const HEADER = {
  why: 'a fixed header',
  secret: 'X-Key: 9b2f6c1d7e804a35',
  another: 'X-Key: 9b2f6c1d7e804a36',
};
const BEARER = { secret: 'Bearer 4f0d2c8e6b1a49f7a3d5', another: 'Bearer 4f0d2c8e6b1a49f7a3d6' };
const IMAGE = 'acme-images/payments/api';
const ROWS: readonly Row[] = [
  { why: 'a signature', type: 'github', ...SHARED, repository: 'acme/api' },
  { why: 'a plain token', type: 'gitlab', ...SHARED, repository: 'acme/payments/api' },
  { ...SIGNING, why: 'a signing token', type: 'gitlab', repository: 'acme/api' },
  { why: 'a signature', type: 'gitea', ...SHARED, repository: 'acme/api' },
  { why: 'a signature', type: 'bitbucket', ...SHARED, repository: 'acme/api', ambiguous: true },
  {
    why: 'a fixed Authorization',
    type: 'harbor',
    ...BEARER,
    repository: 'acme/payments/api',
    ambiguous: true,
  },
  { type: 'acr', ...HEADER, repository: 'payments/api', ambiguous: true },
  { type: 'distribution', ...HEADER, repository: 'api', ambiguous: true },
  { type: 'standard-webhooks', ...SIGNING, repository: IMAGE },
  { type: 'cloudevents', ...SIGNING, repository: IMAGE },
];

test('every type that can be sent is tested', () => {
  expect(Object.keys(senders).toSorted()).toEqual([...new Set(ROWS.map(({ type }) => type))].toSorted());
});

describe.each(ROWS)('a sample of $type with $why', ({ type, secret, another, repository, ambiguous }) => {
  const source: Source = sources[type];
  const key = source.parseSecret(secret);

  test.each(SAMPLE_EVENTS)('of a %s is verified with its key, and with no other', async (event) => {
    const { headers, body } = signSample(type, { event, repository }, key);
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const delivery = { headers: Object.fromEntries(lower), rawBody: Buffer.from(body) };
    const verify = async (keys: Buffer[]) => (await source.verify(delivery, keys, Date.now(), {})).verified;
    expect(await verify([key])).toBe(true);
    expect(await verify([source.parseSecret(another)])).toBe(false);
  });

  test('is read as the deletion of exactly this repository', () => {
    const [namespace, ...name] = repository.split('/');
    const request = { version: 1, namespace, repository: name.join('/') };
    const expected = source.routed
      ? { type: 'deleted', repository, ...(ambiguous && { ambiguous }) }
      : { type: 'request', request };
    expect(readSample(type, repository)).toMatchObject([expected]);
  });

  test('of a ping is ignored', () => {
    expect(readSample(type, repository, 'ping')).toMatchObject([{ type: 'ignored' }]);
  });

  test('has a signature that can be shown without its secret', () => {
    const { sign, masked } = senders[type];
    const signature = sign({ headers: {}, body: '{}' }, key);
    // The id and the time of a delivery are no secrets.
    const hidden = Object.entries(signature).filter(([name]) => !/^webhook-(?:id|timestamp)$/.test(name));
    expect(masked).toContain('…');
    for (const value of [secret, ...hidden.map(([, each]) => each)]) expect(masked).not.toContain(value);
  });
});

test.each([
  { why: 'not even a namespace', repository: '' },
  { why: 'a namespace alone, which would be the whole organization', repository: 'acme-images' },
  { why: 'a namespace and nothing after it', repository: 'acme-images/' },
])('a request never names a whole organization: $why', ({ repository }) => {
  for (const type of ['standard-webhooks', 'cloudevents'] as const)
    expect(readSample(type, repository)).toMatchObject([{ type: 'unreadable' }]);
});
