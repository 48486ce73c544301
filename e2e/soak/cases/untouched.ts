import {
  arrivalTime,
  busEvent,
  gitHubDeletionEvent,
  gitHubDelivery,
  namedTime,
  queueMessage,
  repositoryDeletion,
  standardWebhook,
} from './events.ts';
import {
  type CaseContext,
  type Image,
  type Kinds,
  type MakeCase,
  nameRepository,
  pickTargets,
  type SoakEvent,
  tasksOf,
} from './soak-case.ts';

/** A rule of `safety.deny` protects the repository, by any way. */
const denied: MakeCase = (context) => {
  const { random, number } = context;
  const image = random.pick([
    { namespace: 'protected', repository: nameRepository(context) },
    { namespace: 'acme', repository: `keep-${number}` },
  ]);
  return keepAll(context, image, repositoryDeletion(context, image, `denied-${number}`).event);
};

/** A webhook is signed with a wrong key, or long ago. */
const unauthenticated: MakeCase = (context) => {
  const { random, number, now } = context;
  const image = { namespace: 'acme', repository: nameRepository(context, true) };
  const id = `unauthenticated-${number}`;
  const event = random.chance(0.5)
    ? gitHubDeletionEvent(id, `acme/${image.repository}`, [])
    : standardWebhook(random, id, image, arrivalTime(random, now));
  // GitHub signs no time.
  const flaw = event.way === 'standard-webhooks' && random.chance(0.5) ? 'stale' : 'forged';
  return keepAll(context, image, { ...event, flaw, status: 401, requests: [] });
};

/** The event reports something else than a deletion. */
const otherEvent: MakeCase = (context) => {
  const { random, number } = context;
  const image = { namespace: 'acme', repository: nameRepository(context, true) };
  const id = `other-${number}`;
  const { body } = gitHubDeletionEvent(id, `acme/${image.repository}`, []);
  const other = random.pick([
    body.replace('"deleted"', '"archived"'),
    body.replace('"sender"', '"label":{"name":"bug"},"sender"'),
  ]);
  const created = { source: 'shop', detailType: 'Repository Created', detail: image };
  const event = random.pick<SoakEvent>([
    { ...gitHubDelivery(id, other, []), status: 200 },
    { id, way: 'bus', ...created, requests: [] },
  ]);
  return keepAll(context, image, event);
};

/** The event is unreadable, or names what does not exist. A misspelt key must not widen the request. */
const invalid: MakeCase = (context) => {
  const { random, now, number } = context;
  const image = { namespace: 'acme', repository: nameRepository(context) };
  const id = `invalid-${number}`;
  const misspelt = { namespace: 'acme', repositry: image.repository };
  const message = (body: string, deadLetteredAs: string): SoakEvent => ({
    id,
    way: 'queue',
    body,
    requests: [],
    deadLetteredAs,
  });
  const webhook: SoakEvent = {
    id,
    way: 'standard-webhooks',
    deliveryId: id,
    body: JSON.stringify({ type: 'repository.deleted', data: misspelt }),
    status: 422,
    requests: [],
  };
  const subject = { namespace: 'Not-SWR', repository: image.repository };
  const time = namedTime(random, now);
  const event = random.pick<SoakEvent>([
    message(`${id}: neither a request nor an event`, 'UNREADABLE'),
    message(JSON.stringify({ id, ...misspelt }), 'UNREADABLE'),
    message(JSON.stringify({ id, ...image, account: 'nobody' }), 'UNKNOWN_ACCOUNT'),
    { ...queueMessage(random, id, subject, time), deadLetteredAs: 'INVALID_NAME' },
    { ...busEvent(random, id, subject, time), deadLetteredAs: 'INVALID_NAME' },
    webhook,
  ]);
  return keepAll(context, image, event);
};

function keepAll({ random, now }: CaseContext, image: Image, event: SoakEvent): ReturnType<MakeCase> {
  const { before } = namedTime(random, now);
  const targets = pickTargets(random, random.integer(1, 3));
  return { repositories: [image], tasks: tasksOf(image, targets, 'kept', before), events: [event] };
}

/** Kinds of cases in which nothing may be deleted. */
export const UNTOUCHED: Kinds = {
  denied: [5, denied],
  unauthenticated: [5, unauthenticated],
  'other event': [4, otherEvent],
  invalid: [5, invalid],
};
