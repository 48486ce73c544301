import type { Random } from '../soak/random.ts';
import type { RawDelivery } from './delivery.ts';

export type Mutation = (delivery: RawDelivery, random: Random) => RawDelivery;

const EVENTS = [
  'repository',
  'organization',
  'team',
  'label',
  'issue_comment',
  'ping',
  'repo:deleted',
  'System Hook',
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/octet-stream',
  '',
];
const EVENT_HEADERS = [
  'x-github-event',
  'x-gitea-event',
  'x-gitea-event-type',
  'x-gogs-event',
  'x-forgejo-event',
  'x-event-key',
  'x-gitlab-event',
  'x-amz-sns-message-type',
  'x-smn-message-type',
  'ce-type',
];
const ID_HEADERS = [
  'x-github-delivery',
  'x-gitea-delivery',
  'x-forgejo-delivery',
  'x-request-uuid',
  'x-gitlab-event-uuid',
  'x-gitlab-webhook-uuid',
  'idempotency-key',
  'webhook-id',
  'x-amz-sns-message-id',
  'x-smn-message-id',
  'ce-id',
];
const OTHERS = {
  'ce-specversion': '1.0',
  'ce-source': '/forged',
  'ce-subject': 'acme-images/forged',
  'ce-time': '1999-01-01T00:00:00Z',
  'ce-data': '{"namespace":"forged"}',
  'x-amz-sns-rawdelivery': 'true',
  'x-github-hook-installation-target-type': 'organization',
  'x-http-method-override': 'DELETE',
  'content-encoding': 'gzip',
  'transfer-encoding': 'chunked',
  'x-amzn-trace-id': 'Root=1-00000000-000000000000000000000000',
  constructor: 'forged',
} as const;

const withHeader = (delivery: RawDelivery, name: string, value: string): RawDelivery => ({
  ...delivery,
  headers: { ...delivery.headers, [name]: value },
});

/** Changes of unsigned parts: a delivery may lead to fewer requests then, never to more or others. */
const UNSIGNED: readonly Mutation[] = [
  (delivery, random) => withHeader(delivery, random.pick(EVENT_HEADERS), random.pick(EVENTS)),
  (delivery, random) => withHeader(delivery, random.pick(ID_HEADERS), forgedId(random)),
  (delivery, random) => withHeader(delivery, 'content-type', random.pick(TYPES)),
  (delivery, random) => {
    const [name, value] = random.pick(Object.entries(OTHERS));
    return withHeader(delivery, name, value);
  },
  (delivery, random) => {
    const { [random.pick(Object.keys(delivery.headers))]: _, ...headers } = delivery.headers;
    return { ...delivery, headers };
  },
  (delivery, random) => {
    const renamed = random.pick(Object.keys(delivery.headers));
    const { [renamed]: value = '', ...headers } = delivery.headers;
    return { ...delivery, headers: { ...headers, [renamed.toUpperCase()]: value } };
  },
  (delivery) => ({ ...delivery, saysBase64: !delivery.saysBase64 }),
  (delivery) => ({ ...delivery, base64: true, saysBase64: true }),
  (delivery, random) => ({
    ...delivery,
    query: random.pick(['source=github', 'event=organization', 'action=deleted&x[]=1', '__proto__[a]=1']),
  }),
  (delivery) => ({ ...delivery, via: 'REST API' }),
  (delivery, random) => ({ ...delivery, method: random.pick(['GET', 'PUT', 'DELETE', 'post', 'OPTIONS']) }),
];

export function mutateUnsigned(delivery: RawDelivery, random: Random): RawDelivery {
  let mutated = delivery;
  for (let left = random.integer(1, 3); left > 0; left -= 1) mutated = random.pick(UNSIGNED)(mutated, random);
  return mutated;
}

function forgedId(random: Random): string {
  return random.pick([
    `forged-${random.integer(0, 1e9)}`,
    '',
    'x'.repeat(5000),
    '../..',
    '\u0000',
    'webhook:github:00',
  ]);
}
