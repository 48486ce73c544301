import { busEvent, gitHubDeletion, ofGitHub, queueMessage, signedRequest } from '../deliveries.ts';
import { arrival, namedMoment } from '../moment.ts';
import type { Delivery, Story } from '../story.ts';
import { type Author, nameRepository, type Place, pickTargets, report, tasksOf } from './author.ts';

/** A rule of `safety.deny` protects it, whoever asks. */
export function denied(author: Author): Story {
  const { random, number } = author;
  const place = random.pick([
    { namespace: 'protected', repository: nameRepository(author) },
    { namespace: 'acme', repository: `keep-${number}` },
  ]);
  const { delivery } = report(author, place, `denied-${number}`);
  return untouched('denied', author, place, delivery);
}

/** Nothing proves who has sent it, or when. */
export function unproven(author: Author): Story {
  const { random, number } = author;
  const repository = nameRepository(author, true);
  const place = { namespace: 'acme', repository };
  const id = `unproven-${number}`;
  const { message, ...delivery } = random.chance(0.5)
    ? gitHubDeletion(id, `acme/${repository}`, [])
    : signedRequest({ id, subject: place, moment: arrival(random, author.now) });
  if (message.to !== 'github' && message.to !== 'standard-webhooks') throw new Error('nobody signs this');
  // GitHub signs no time.
  const flaw = message.to === 'standard-webhooks' && random.chance(0.5) ? 'stale' : 'forged';
  return untouched('unproven', author, place, {
    ...delivery,
    message: { ...message, flaw },
    status: 401,
    requests: [],
  });
}

/** It says that something else has happened. */
export function somethingElse(author: Author): Story {
  const { random, number } = author;
  const repository = nameRepository(author, true);
  const place = { namespace: 'acme', repository };
  const id = `else-${number}`;
  const { message } = gitHubDeletion(id, `acme/${repository}`, []);
  if (message.to !== 'github') throw new Error('this is not what GitHub sends');
  const other = random.pick([
    message.body.replace('"deleted"', '"archived"'),
    message.body.replace('"sender"', '"label":{"name":"bug"},"sender"'),
  ]);
  const created = { to: 'bus', source: 'shop', type: 'Repository Created', detail: place } as const;
  return untouched(
    'something else',
    author,
    place,
    random.pick<Delivery>([
      { ...ofGitHub(id, other, []), status: 200 },
      { id, way: 'bus', message: created, requests: [] },
    ]),
  );
}

/** Nobody can read it, or do what it asks for. A misspelt key must not widen what is meant. */
export function hopeless(author: Author): Story {
  const { random, now, number } = author;
  const place = { namespace: 'acme', repository: nameRepository(author) };
  const id = `hopeless-${number}`;
  const misspelt = JSON.stringify({ id, namespace: 'acme', repositry: place.repository });
  const inQueue = (body: string, parkedAs: string): Delivery => ({
    id,
    way: 'queue',
    message: { to: 'queue', body },
    requests: [],
    parkedAs,
  });
  const subject = { namespace: 'Not-SWR', repository: place.repository };
  const said = { id, subject, moment: namedMoment(random, now) };
  const delivery = random.pick([
    inQueue(`${id}: neither a request nor an event`, 'UNREADABLE'),
    inQueue(misspelt, 'UNREADABLE'),
    inQueue(JSON.stringify({ id, ...place, account: 'nobody' }), 'UNKNOWN_ACCOUNT'),
    { ...queueMessage(random, said), parkedAs: 'INVALID_NAME' },
    { ...busEvent(said), parkedAs: 'INVALID_NAME' },
    misspeltWebhook(id, place),
  ]);
  return untouched('hopeless', author, place, delivery);
}

function misspeltWebhook(id: string, { namespace, repository }: Place): Delivery {
  const body = JSON.stringify({ type: 'repository.deleted', data: { namespace, repositry: repository } });
  const message = { to: 'standard-webhooks', deliveryId: id, body } as const;
  return { id, way: 'standard-webhooks', message, status: 422, requests: [] };
}

function untouched(kind: string, { random, now }: Author, place: Place, delivery: Delivery): Story {
  const { before } = namedMoment(random, now);
  return {
    kind,
    repositories: [place],
    tasks: tasksOf(place, pickTargets(random, random.integer(1, 3)), 'stays', before),
    deliveries: [delivery],
  };
}
