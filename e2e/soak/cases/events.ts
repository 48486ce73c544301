import { createHash } from 'node:crypto';
import { writeSample } from '../../../cli/send/senders.ts';
import type { Random } from '../random.ts';
import type { Image, QueueEvent, SoakBusEvent, SoakEvent, SoakWebhook, Subject } from './soak-case.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

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
  const digits = String(microseconds).padStart(3, '0');
  return new Date(ms)
    .toISOString()
    .replace('Z', `${digits}Z`)
    .replace(/\.?0+Z$/, 'Z');
}

/** @param requests that the routes lead to. */
export function gitHubDeletionEvent(id: string, fullName: string, requests: readonly Subject[]): SoakWebhook {
  return gitHubDelivery(id, writeSample('github', { repository: fullName, id }).body, requests);
}

export function gitHubOrganizationDeletion(id: string, owner: string): SoakWebhook {
  const body = JSON.stringify({
    action: 'deleted',
    membership: { role: 'admin', organization_url: id },
    organization: { login: owner, id: 7 },
    sender: { login: 'octocat' },
  });
  return gitHubDelivery(id, body, [{ namespace: owner }]);
}

export function gitHubDelivery(deliveryId: string, body: string, requests: readonly Subject[]): SoakWebhook {
  return { id: requestIdOf('github', body), way: 'github', deliveryId, body, status: 202, requests };
}

/** The id that the service gives to the requests of a delivery, made of its signed content. */
function requestIdOf(source: string, signed: string): string {
  return `webhook:${source}:${createHash('sha256').update(signed).digest('hex')}`;
}

const timeIn = ({ occurredAt }: EventTime) => occurredAt !== undefined && { occurredAt };

// Events whose sender writes the request itself, with its subject and time.

export function standardWebhook(
  _random: Random,
  deliveryId: string,
  subject: Subject,
  time: EventTime,
): SoakWebhook {
  const body = JSON.stringify({ type: 'repository.deleted', data: { ...subject, ...timeIn(time) } });
  const id = requestIdOf('anyone', `${deliveryId}\n${body}`);
  return { id, way: 'standard-webhooks', deliveryId, body, status: 202, requests: [subject] };
}

export function busEvent(_random: Random, id: string, subject: Subject, time: EventTime): SoakBusEvent {
  const detail = { id, ...subject, ...timeIn(time) };
  return { id, way: 'bus', source: 'shop', detailType: 'Repository Deleted', detail, requests: [subject] };
}

/** A message in the cleanup queue, perhaps by way of a topic of SNS that is subscribed to it. */
export function queueMessage(random: Random, id: string, subject: Subject, time: EventTime): QueueEvent {
  const request = JSON.stringify({ id, ...subject, ...timeIn(time) });
  const body = random.chance(0.2)
    ? JSON.stringify({ Type: 'Notification', MessageId: id, Message: request })
    : request;
  return { id, way: 'queue', body, requests: [subject] };
}

/** A deletion in ECR as CloudTrail reports it; EventBridge gives it an id of its own. */
function ecrDeletion(id: string, repository: string, { occurredAt }: EventTime): SoakBusEvent {
  const detail = {
    eventSource: 'ecr.amazonaws.com',
    eventName: 'DeleteRepository',
    eventTime: occurredAt,
    requestParameters: { repositoryName: repository },
  };
  const requests = [{ namespace: 'images', repository }];
  return { id, way: 'ecr', source: 'aws.ecr', detailType: 'AWS API Call via CloudTrail', detail, requests };
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
