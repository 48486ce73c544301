import { createHash } from 'node:crypto';
import { writeSample } from '../../../cli/send/senders.ts';
import type { Random } from '../random.ts';
import type { EventContent, Image, SoakEvent, Subject } from './soak-case.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

type WebhookContent = Extract<EventContent, { deliveryId: string }>;

/** The time of an event, and times for tasks that are older and newer. */
export interface EventTime {
  /** Missing where the event names no time: then its arrival counts. */
  readonly occurredAt?: string;
  /** At the latest the time itself. */
  readonly before: () => string;
  readonly after: () => string;
}

/**
 * A time in the past that the event names, with microseconds. A task may be older or newer by one of them.
 *
 * @param now milliseconds since the epoch.
 */
export function namedTime(random: Random, now: number): EventTime {
  const ms = now - random.integer(1, MINUTE_MS);
  const microseconds = random.integer(1, 998);
  const isClose = () => random.chance(0.2);
  return {
    occurredAt: formatSwrTime(ms, microseconds),
    before: () =>
      isClose()
        ? formatSwrTime(ms, microseconds - random.integer(0, 1))
        : formatSwrTime(ms - random.integer(1, 900 * DAY_MS), random.integer(0, 999)),
    after: () =>
      isClose()
        ? formatSwrTime(ms, microseconds + 1)
        : formatSwrTime(ms + random.integer(1, MINUTE_MS), random.integer(0, 999)),
  };
}

/** The time of arrival, which is still to come. */
export function arrivalTime(random: Random, now: number): EventTime {
  return {
    before: () => formatSwrTime(now - random.integer(1, 900 * DAY_MS), random.integer(0, 999)),
    after: () => formatSwrTime(now + random.integer(1 * DAY_MS, 2 * DAY_MS), random.integer(0, 999)),
  };
}

/** A time as SWR formats it: without the zeros at the end. */
export function formatSwrTime(ms: number, microseconds = 0): string {
  const [seconds, fraction = ''] = new Date(ms).toISOString().slice(0, -1).split('.');
  const digits = `${fraction}${String(microseconds).padStart(3, '0')}`.replace(/0+$/, '');
  return `${seconds}${digits === '' ? '' : `.${digits}`}Z`;
}

/** @param requests that the routes lead to. */
export function gitHubDeletionEvent(
  id: string,
  fullName: string,
  requests: readonly Subject[],
): SoakEvent<WebhookContent> {
  return gitHubDelivery(id, writeSample('github', { repository: fullName, id }).body, requests);
}

export function gitHubOrganizationDeletion(id: string, owner: string): SoakEvent {
  const body = JSON.stringify({
    action: 'deleted',
    membership: { role: 'admin', organization_url: id },
    organization: { login: owner, id: 7 },
    sender: { login: 'octocat' },
  });
  return gitHubDelivery(id, body, [{ namespace: owner }]);
}

export function gitHubDelivery(
  deliveryId: string,
  body: string,
  requests: readonly Subject[],
): SoakEvent<WebhookContent> {
  const id = requestIdOf('github', body);
  return { id, way: 'github', content: { to: 'github', deliveryId, body }, status: 202, requests };
}

/** The id that the service gives to the requests of a delivery, made of its signed content. */
function requestIdOf(source: string, signed: string): string {
  return `webhook:${source}:${createHash('sha256').update(signed).digest('hex')}`;
}

/** Events whose sender writes the request itself, with its subject and time. */
type OwnEvent = (random: Random, id: string, subject: Subject, time: EventTime) => SoakEvent;

const timeIn = ({ occurredAt }: EventTime) => occurredAt !== undefined && { occurredAt };

export function standardWebhook(
  _random: Random,
  deliveryId: string,
  subject: Subject,
  time: EventTime,
): SoakEvent<WebhookContent> {
  const body = JSON.stringify({ type: 'repository.deleted', data: { ...subject, ...timeIn(time) } });
  const content = { to: 'standard-webhooks', deliveryId, body } as const;
  const id = requestIdOf('anyone', `${deliveryId}\n${body}`);
  return { id, way: 'standard-webhooks', content, status: 202, requests: [subject] };
}

export const busEvent: OwnEvent = (_random, id, subject, time) => {
  const detail = { id, ...subject, ...timeIn(time) };
  const content = { to: 'bus', source: 'shop', type: 'Repository Deleted', detail } as const;
  return { id, way: 'bus', content, requests: [subject] };
};

/** A message in the cleanup queue, perhaps by way of a topic of SNS that is subscribed to it. */
export const queueMessage: OwnEvent = (random, id, subject, time) => {
  const request = JSON.stringify({ id, ...subject, ...timeIn(time) });
  const body = random.chance(0.2)
    ? JSON.stringify({ Type: 'Notification', MessageId: id, Message: request })
    : request;
  return { id, way: 'queue', content: { to: 'queue', body }, requests: [subject] };
};

/** A deletion in ECR as CloudTrail reports it; EventBridge gives it an id of its own. */
function ecrDeletion(id: string, repository: string, { occurredAt }: EventTime): SoakEvent {
  const detail = {
    eventSource: 'ecr.amazonaws.com',
    eventName: 'DeleteRepository',
    eventTime: occurredAt,
    requestParameters: { repositoryName: repository },
  };
  const type = 'AWS API Call via CloudTrail';
  const content = { to: 'bus', source: 'aws.ecr', type, detail } as const;
  return { id, way: 'ecr', content, requests: [{ namespace: 'images', repository }] };
}

/**
 * The deletion of a repository, by one of the ways that fit it.
 *
 * @param options.allOlder no task of it is newer than the event, so that the event need not name its time.
 */
export function repositoryDeletion(
  { random, now }: { readonly random: Random; readonly now: number },
  subject: Subject & Image,
  id: string,
  { allOlder = false } = {},
): { readonly time: EventTime; readonly event: SoakEvent } {
  const { namespace, repository } = subject;
  const way = random.pick(waysFor(subject));
  // GitHub names no time of deletion. A message of the queue without one is as old as its arrival.
  const mayLackTime = way === 'standard-webhooks' || way === 'bus' || (way === 'queue' && allOlder);
  const isNamed = way === 'ecr' || way === 'queue' || mayLackTime;
  const time =
    isNamed && !(mayLackTime && random.chance(0.5)) ? namedTime(random, now) : arrivalTime(random, now);
  if (way === 'github')
    return {
      time,
      event: gitHubDeletionEvent(id, `${namespace}/${repository}`, [{ namespace, repository }]),
    };
  if (way === 'ecr') return { time, event: ecrDeletion(id, repository, time) };
  const makeEvent = { bus: busEvent, queue: queueMessage, 'standard-webhooks': standardWebhook }[way];
  return { time, event: makeEvent(random, id, subject, time) };
}

function waysFor({ namespace, repository, targets }: Subject & Image): SoakEvent['way'][] {
  if (namespace === 'images') return ['ecr'];
  const isAtGitHub = targets === undefined && !repository.includes('/');
  return [...(isAtGitHub ? (['github', 'github'] as const) : []), 'standard-webhooks', 'bus', 'queue'];
}
