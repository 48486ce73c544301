import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { sources } from '../../lib/sources/index.ts';
import type { Delivery, Source } from '../../lib/sources/source.ts';
import type { Content, SampleEvent, SendableType } from '../../scripts/send/sender.ts';
import { meaningsOf, sendableType, senders } from '../../scripts/send/senders.ts';
import { showRequest } from '../../scripts/send/show-request.ts';
import { configOf } from '../support/config.ts';

const AT = new Date();
const ID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const SIGNING = `whsec_${randomBytes(32).toString('base64')}`;
const ANOTHER_SIGNING = `whsec_${randomBytes(32).toString('base64')}`;

interface Row {
  readonly why: string;
  readonly type: SendableType;
  readonly secret: string;
  readonly another: string;
  readonly repository: string;
  /** Of what is meant, beside the repository. */
  readonly sourceEvent?: Record<string, unknown>;
}

const SHARED = { secret: "It's a Secret to Everybody", another: 'another secret of this test' };
const HEADER = { secret: 'X-Proof: 9b2f6c1d7e804a35', another: 'X-Proof: 9b2f6c1d7e804a36' };
const ROWS: readonly Row[] = [
  { why: 'a signature', type: 'github', ...SHARED, repository: 'acme/api' },
  { why: 'a plain token', type: 'gitlab', ...SHARED, repository: 'acme/payments/api' },
  {
    why: 'a signing token',
    type: 'gitlab',
    secret: SIGNING,
    another: ANOTHER_SIGNING,
    repository: 'acme/api',
  },
  { why: 'signatures of three kinds', type: 'gitea', ...SHARED, repository: 'acme/api' },
  {
    why: 'a signature',
    type: 'bitbucket',
    ...SHARED,
    repository: 'acme/api',
    sourceEvent: { ambiguous: true },
  },
  {
    why: 'a fixed Authorization',
    type: 'harbor',
    secret: 'Bearer 4f0d2c8e6b1a49f7a3d5',
    another: 'Bearer 4f0d2c8e6b1a49f7a3d6',
    repository: 'acme/payments/api',
    sourceEvent: { ambiguous: true },
  },
  {
    why: 'a fixed header',
    type: 'acr',
    ...HEADER,
    repository: 'payments/api',
    sourceEvent: { ambiguous: true },
  },
  {
    why: 'a fixed header',
    type: 'distribution',
    ...HEADER,
    repository: 'api',
    sourceEvent: { ambiguous: true },
  },
  {
    why: 'a signature',
    type: 'standard-webhooks',
    secret: SIGNING,
    another: ANOTHER_SIGNING,
    repository: 'acme-images/payments/api',
  },
  {
    why: 'a signature',
    type: 'cloudevents',
    secret: SIGNING,
    another: ANOTHER_SIGNING,
    repository: 'acme-images/payments/api',
  },
];

function write(type: SendableType, event: SampleEvent, repository: string): Content {
  return senders[type].write({ event, repository, id: ID, at: AT });
}

function provedDelivery(type: SendableType, content: Content, secret: string): Delivery {
  const source: Source = sources[type];
  const proof = senders[type].proof.prove(content, source.parseSecret(secret));
  const headers = Object.entries({ ...content.headers, ...proof });
  return {
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    rawBody: Buffer.from(content.body),
  };
}

async function isVerified(type: SendableType, delivery: Delivery, secret: string): Promise<boolean> {
  const source: Source = sources[type];
  return (await source.verify(delivery, [source.parseSecret(secret)], Date.now(), {})).verified;
}

test('every type that can be sent is tested', () => {
  expect(Object.keys(senders).toSorted()).toEqual([...new Set(ROWS.map(({ type }) => type))].toSorted());
});

describe.each(ROWS)(
  'a sample of $type, proved by $why',
  ({ type, secret, another, repository, sourceEvent }) => {
    test.each(['deletion', 'ping'] as const)(
      'of a %s is believed by the source, and by no other key',
      async (event) => {
        const delivery = provedDelivery(type, write(type, event, repository), secret);
        expect(await isVerified(type, delivery, secret)).toBe(true);
        expect(await isVerified(type, delivery, another)).toBe(false);
      },
    );

    const read = (event: SampleEvent) => {
      const source: Source = sources[type];
      const content = write(type, event, repository);
      return [source.interpret(JSON.parse(content.body), { key: ID }, AT.toISOString())].flat();
    };

    test('is read as the deletion of exactly this repository', () => {
      const [namespace, ...name] = repository.split('/');
      const expected = sources[type].routed
        ? { type: 'deleted', repository, ...sourceEvent }
        : { type: 'request', request: { version: 1, namespace, repository: name.join('/') } };
      expect(read('deletion')).toMatchObject([expected]);
      expect(meaningsOf(type, write(type, 'deletion', repository), AT)).toMatchObject([expected]);
    });

    test('that is harmless is ignored', () => {
      expect(read('ping')).toMatchObject([{ type: 'ignored' }]);
    });

    test('is shown without its proof', () => {
      const content = write(type, 'deletion', repository);
      const source: Source = sources[type];
      const shown = showRequest(new URL('https://example.com/'), content, senders[type].proof.shown);
      const proof = senders[type].proof.prove(content, source.parseSecret(secret));
      expect(shown).toContain('…');
      // The id and the time of a delivery are no secrets.
      const hidden = Object.entries(proof).filter(
        ([name]) => name !== 'webhook-id' && name !== 'webhook-timestamp',
      );
      for (const value of [secret, ...hidden.map(([, each]) => each)]) {
        expect(shown).not.toContain(value);
      }
    });
  },
);

test.each([
  { why: 'not even a namespace', repository: '' },
  { why: 'a namespace alone, which would be the whole organization', repository: 'acme-images' },
  { why: 'a namespace and nothing after it', repository: 'acme-images/' },
])('a request never names a whole organization: $why', ({ repository }) => {
  for (const type of ['standard-webhooks', 'cloudevents'] as const) {
    expect(meaningsOf(type, write(type, 'deletion', repository), AT)).toMatchObject([{ type: 'unreadable' }]);
  }
});

describe('the type of a source', () => {
  const config = configOf({
    sources: {
      forge: { type: 'gitea', secret: 'env:X' },
      sns: { type: 'aws-sns', topics: ['arn:aws:sns:eu-central-1:123456789012:swr'] },
      cts: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:swr'] },
    },
  });

  test('is that of the configuration', () => {
    expect(sendableType(config, 'forge')).toBe('gitea');
  });

  test.each([
    { why: 'SMN, whose key nobody else has', name: 'cts', message: /key that only Huawei Cloud has/ },
    { why: 'SNS, whose key nobody else has', name: 'sns', message: /key that only AWS has/ },
    { why: 'ECR, which has no webhook', name: 'ecr', message: /EventBridge/ },
    { why: 'a source that is not there', name: 'github', message: /its sources are: forge, sns, cts/ },
  ])('is refused for $why', ({ name, message }) => {
    expect(() => sendableType(config, name)).toThrow(message);
  });
});
