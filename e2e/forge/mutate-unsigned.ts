import type { Random } from '../soak/random.ts';
import type { RawDelivery } from './delivery.ts';

/** Changes parts of a delivery. */
type Mutation = (delivery: RawDelivery, random: Random) => Partial<RawDelivery>;

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
const QUERIES = ['source=github', 'event=organization', 'action=deleted&x[]=1', '__proto__[a]=1'];
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
};

const withHeader = ({ headers }: RawDelivery, name: string, value: string) => ({
  headers: { ...headers, [name]: value },
});

/** Changes of unsigned parts: a delivery may lead to fewer requests then, never to more or others. */
const UNSIGNED: readonly Mutation[] = [
  (delivery, random) => withHeader(delivery, random.pick(EVENT_HEADERS), random.pick(EVENTS)),
  (delivery, random) => withHeader(delivery, random.pick(ID_HEADERS), forgedId(random)),
  (delivery, random) => withHeader(delivery, 'content-type', random.pick(TYPES)),
  (delivery, random) => withHeader(delivery, ...random.pick(Object.entries(OTHERS))),
  (delivery, random) => {
    const { [random.pick(Object.keys(delivery.headers))]: _, ...headers } = delivery.headers;
    return { headers };
  },
  (delivery, random) => {
    const renamed = random.pick(Object.keys(delivery.headers));
    const { [renamed]: value = '', ...headers } = delivery.headers;
    return { headers: { ...headers, [renamed.toUpperCase()]: value } };
  },
  ({ saysBase64 }) => ({ saysBase64: !saysBase64 }),
  () => ({ base64: true, saysBase64: true }),
  (_, random) => ({ query: random.pick(QUERIES) }),
  () => ({ via: 'REST API' }),
  (_, random) => ({ method: random.pick(['GET', 'PUT', 'DELETE', 'post', 'OPTIONS']) }),
];

export function mutateUnsigned(delivery: RawDelivery, random: Random): RawDelivery {
  let mutated = delivery;
  for (let left = random.integer(1, 3); left > 0; left -= 1)
    mutated = { ...mutated, ...random.pick(UNSIGNED)(mutated, random) };
  return mutated;
}

const IDS = ['', 'x'.repeat(5000), '../..', '\u0000', 'webhook:github:00'];

function forgedId(random: Random): string {
  return random.pick([`forged-${random.integer(0, 1e9)}`, ...IDS]);
}
