import { createHash } from 'node:crypto';
import { writeSample } from '../../cli/send/senders.ts';
import type { Moment } from './moment.ts';
import type { Random } from './random.ts';
import type { Delivery, Subject } from './story.ts';

/** What the request that a person or a program writes itself says. */
interface RequestOptions {
  readonly id: string;
  readonly subject: Subject;
  readonly moment: Moment;
}

/** @param requests what the routes make of it. */
export function gitHubDeletion(id: string, fullName: string, requests: readonly Subject[]): Delivery {
  return ofGitHub(id, writeSample('github', { repository: fullName, id }).body, requests);
}

export function gitHubOrganizationDeletion(id: string, owner: string): Delivery {
  const body = JSON.stringify({
    action: 'deleted',
    membership: { role: 'admin', organization_url: id },
    organization: { login: owner, id: 7 },
    sender: { login: 'octocat' },
  });
  return ofGitHub(id, body, [{ namespace: owner }]);
}

/** @param deliveryId what GitHub calls the delivery. */
export function ofGitHub(deliveryId: string, body: string, requests: readonly Subject[]): Delivery {
  const id = requestIdOf('github', body);
  return { id, way: 'github', message: { to: 'github', deliveryId, body }, status: 202, requests };
}

/** The id that the service gives to the requests of a delivery, made of what is signed in it. */
function requestIdOf(source: string, signed: string): string {
  return `webhook:${source}:${createHash('sha256').update(signed).digest('hex')}`;
}

export function signedRequest({ id: deliveryId, subject, moment: { occurredAt } }: RequestOptions): Delivery {
  const data = { ...subject, ...(occurredAt !== undefined && { occurredAt }) };
  const body = JSON.stringify({ type: 'repository.deleted', data });
  const message = { to: 'standard-webhooks', deliveryId, body } as const;
  const id = requestIdOf('anyone', `${deliveryId}\n${body}`);
  return { id, way: 'standard-webhooks', message, status: 202, requests: [subject] };
}

export function busEvent({ id, subject, moment: { occurredAt } }: RequestOptions): Delivery {
  const detail = { id, ...subject, ...(occurredAt !== undefined && { occurredAt }) };
  const message = { to: 'bus', source: 'shop', type: 'Repository Deleted', detail } as const;
  return { id, way: 'bus', message, requests: [subject] };
}

/** A message that somebody has put into the queue, or a topic of SNS that is subscribed to it. */
export function queueMessage(random: Random, { id, subject, moment }: RequestOptions): Delivery {
  const { occurredAt } = moment;
  const request = JSON.stringify({ id, ...subject, ...(occurredAt !== undefined && { occurredAt }) });
  const body = random.chance(0.2)
    ? JSON.stringify({ Type: 'Notification', MessageId: id, Message: request })
    : request;
  return { id, way: 'queue', message: { to: 'queue', body }, requests: [subject] };
}

/** What CloudTrail reports; EventBridge gives it an id of its own. */
export function ecrDeletion(id: string, repository: string, { occurredAt }: Moment): Delivery {
  const detail = {
    eventSource: 'ecr.amazonaws.com',
    eventName: 'DeleteRepository',
    eventTime: occurredAt,
    requestParameters: { repositoryName: repository },
  };
  const type = 'AWS API Call via CloudTrail';
  const message = { to: 'bus', source: 'aws.ecr', type, detail } as const;
  return { id, way: 'ecr', message, requests: [{ namespace: 'images', repository }] };
}
