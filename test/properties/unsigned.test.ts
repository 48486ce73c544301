import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';
import { configOf } from '../support/config.ts';
import {
  genuineDeliveries as deliveries,
  type GenuineDelivery,
  SENT_AT,
  senders,
} from '../support/genuine-deliveries.ts';
import { type HttpEventOptions, httpEvent } from '../support/http-event.ts';
import { holdsSlowly } from '../support/properties.ts';
import { type Receiving, startReceiving } from '../support/receiving.ts';
import { anyText } from './values.ts';

const names = senders.map(({ source }) => source);
const topicSources = new Set(
  senders.filter(({ topics }) => topics !== undefined).map(({ source }) => source),
);
const api = { url: 'https://forge.example.com', credentials: 'env:API' };
const MUST_BE_ASKED: readonly string[] = ['bitbucket', 'harbor', 'acr', 'distribution'];
const ASKABLE: readonly string[] = ['github', 'gitlab', 'gitlab-signed', 'gitea', ...MUST_BE_ASKED];

/** Every source, each with an SWR organization for every one of its own. */
function configWith(asked: readonly string[]) {
  const sources = senders.map(({ source, type, topics }) => [
    source,
    {
      type,
      ...(topics === undefined ? { secret: `env:${source}` } : { topics }),
      ...(asked.includes(source) && { api, confirm: true }),
    },
  ]);
  const routes = ASKABLE.map((name, index) => ({
    from: `${name}:{owner}/{repo+}`,
    to: `s${index}-{owner}/{repo}`,
  }));
  return configOf({ sources: Object.fromEntries(sources), routes });
}

const readSecret = (reference: string) =>
  senders.find(({ source }) => reference === `env:${source}`)?.secret ?? '';

/** Every name of an event that a header may hold. */
const events = [
  ...new Set(
    deliveries.flatMap(({ headers }) =>
      Object.entries(headers).flatMap(([name, value]) =>
        /event|ce-type|message-type/.test(name) ? [value] : [],
      ),
    ),
  ),
  'repo:created',
  'repo:imported',
  'organization',
  'installation_target',
  'project_destroy',
  'group_destroy',
];
const headerNames = [
  ...new Set([
    ...deliveries.flatMap(({ headers }) => Object.keys(headers)),
    'ce-subject',
    'content-encoding',
    'transfer-encoding',
    'x-forwarded-host',
    'x-forwarded-path',
    'x-original-url',
    'x-http-method-override',
    'x-forgejo-event',
    'x-gogs-event',
    '__proto__',
    'constructor',
  ]),
];
const contentTypes = [
  'application/json; charset=utf-16',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  '',
];

interface Change {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly removed: readonly string[];
  readonly via: NonNullable<HttpEventOptions['via']>;
  readonly base64: boolean;
  readonly flipped: boolean;
  readonly capitals: boolean;
  readonly query: string;
  readonly path: string | undefined;
}

const change = (genuine: readonly string[]): fc.Arbitrary<Change> =>
  fc.record({
    set: fc.array(
      fc.tuple(
        fc.constantFrom(...headerNames),
        fc.oneof(fc.constantFrom(...events, ...contentTypes, ...genuine), anyText),
      ),
      { maxLength: 4 },
    ),
    removed: fc.subarray([...headerNames], { maxLength: 4 }),
    via: fc.constantFrom(
      'HTTP API',
      'Function URL',
      'REST API',
      'load balancer',
      'load balancer, several values',
    ),
    base64: fc.boolean(),
    flipped: fc.oneof(
      { weight: 9, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    capitals: fc.boolean(),
    query: fc.oneof(fc.constantFrom('', 'event=organization', 'source=gitlab'), anyText),
    path: fc.option(fc.constantFrom('/webhooks/', '/x/webhooks/', '/webhooks/github/webhooks/'), {
      nil: undefined,
    }),
  });

/** A delivery as it arrives after somebody has changed what is not signed. */
function changed({ source, headers, body }: GenuineDelivery, of: Change): HttpEvent {
  const kept = Object.entries(headers).filter(([name]) => !of.removed.includes(name));
  const set = of.set.map(([name, value]) => [of.capitals ? name.toUpperCase() : name, value] as const);
  const event = httpEvent({
    source,
    body,
    via: of.via,
    base64: of.base64,
    headers: Object.fromEntries([...kept, ...set]),
  });
  const path = of.path === undefined ? {} : pathOf(event, `${of.path}${source}`);
  const query =
    'rawPath' in event ? { rawQueryString: of.query } : { queryStringParameters: { source: of.query } };
  const isBase64Encoded = event.isBase64Encoded !== of.flipped;
  return { ...event, ...path, ...query, isBase64Encoded };
}

function pathOf(event: HttpEvent, path: string) {
  return 'rawPath' in event ? { rawPath: path } : { path };
}

describe.each([
  { why: 'where only required checks are made', asked: MUST_BE_ASKED },
  { why: 'where every possible check is made', asked: ASKABLE },
])('unsigned parts can only narrow the effect, $why', ({ asked }) => {
  let receiving: Receiving;
  const effects = new Map<GenuineDelivery, readonly unknown[]>();
  const acting: GenuineDelivery[] = [];

  beforeAll(async () => {
    receiving = await startReceiving(configWith(asked), readSecret, () => SENT_AT);
    for (const delivery of deliveries) {
      const outcome = await receiving.receive(httpEvent(delivery));
      effects.set(delivery, outcome.effects);
      if (outcome.effects.length > 0) acting.push(delivery);
    }
  }, 60_000);
  afterAll(() => receiving.close());

  /** Allowed effects: none, or exactly those of the genuine delivery. */
  const mayDo = (delivery: GenuineDelivery) => [[], effects.get(delivery)];

  test('every source has a delivery that sets something off', () => {
    expect(new Set(acting.map(({ source }) => source))).toEqual(new Set(names));
    const examples = acting.filter(({ name }) => name.startsWith('example of '));
    expect(new Set(examples.map(({ name }) => name))).toEqual(new Set(['example of repository']));
  });

  test('whatever is changed, nothing more or else is done', async () => {
    const deleting = deliveries.filter(({ body }) => body.includes('delete') || body.includes('destroy'));
    const each = fc.oneof(
      ...[deliveries, deleting, acting].map((some) =>
        fc
          .constantFrom(...some)
          .chain((delivery) => fc.tuple(fc.constant(delivery), change(Object.values(delivery.headers)))),
      ),
    );
    await holdsSlowly([each], async ([delivery, of]) => {
      const outcome = await receiving.receive(changed(delivery, of));
      expect(outcome.status).toBeLessThan(500);
      expect(mayDo(delivery)).toContainEqual(outcome.effects);
    });
  });

  test('whatever event the headers name, the body decides', async () => {
    const named = headerNames.filter((name) => /event|ce-type/.test(name));
    const telling = deliveries.filter(({ body }) => /^\{\s*"action":"deleted"/.test(body));
    await holdsSlowly(
      [fc.constantFrom(...telling, ...acting), fc.constantFrom(...events)],
      async (delivery, event) => {
        const renamed = Object.fromEntries(named.map((name) => [name, event]));
        const headers = { ...delivery.headers, ...renamed };
        const outcome = await receiving.receive(httpEvent({ ...delivery, headers }));
        expect(mayDo(delivery)).toContainEqual(outcome.effects);
      },
    );
  });

  test('whatever field of a message on a topic is changed, nothing more or else is done', async () => {
    const messages = deliveries.filter(({ source }) => topicSources.has(source));
    const fields = [...new Set(messages.flatMap(({ body }) => Object.keys(JSON.parse(body))))];
    const value = fc.oneof(
      anyText,
      fc.jsonValue(),
      fc.constantFrom('Notification', 'SubscriptionConfirmation'),
    );
    await holdsSlowly(
      [
        fc.constantFrom(...messages),
        fc.dictionary(fc.oneof(fc.constantFrom(...fields), anyText), value, { maxKeys: 3 }),
        fc.boolean(),
      ],
      async (delivery, more, first) => {
        const kept: object = JSON.parse(delivery.body);
        const body = JSON.stringify(first ? { ...more, ...kept } : { ...kept, ...more });
        const outcome = await receiving.receive(httpEvent({ ...delivery, body }));
        expect(outcome.status).toBeLessThan(500);
        expect(mayDo(delivery)).toContainEqual(outcome.effects);
      },
    );
  });

  test('under another id of its sender, a delivery is the same', async () => {
    const ids = [
      'x-github-delivery',
      'x-gitea-delivery',
      'x-forgejo-delivery',
      'x-request-uuid',
      'idempotency-key',
    ];
    const others = Object.fromEntries(ids.map((name) => [name, 'another']));
    for (const delivery of acting) {
      const event = httpEvent({ ...delivery, headers: { ...delivery.headers, ...others } });
      expect((await receiving.receive(event)).effects).toEqual(effects.get(delivery));
    }
  });

  test('a delivery is rejected at the address of another source', async () => {
    for (const delivery of acting) {
      for (const source of names.filter((name) => name !== delivery.source)) {
        const { status, effects: done } = await receiving.receive(httpEvent({ ...delivery, source }));
        expect({ status, done }).toEqual({ status: 401, done: [] });
      }
    }
  });
});
