import * as v from 'valibot';
import { parseRequest, timestampSchema, toDeliveryId, underId, wordSchema } from '../cleanup/request.ts';
import { matchGlob } from '../glob.ts';
import { toIssues } from '../issues.ts';
import { ECR } from './source.ts';
import type { SourceEvent } from './source-event.ts';

const eventSchema = v.object({
  id: v.optional(v.pipe(wordSchema, v.maxLength(200))),
  source: v.string(),
  'detail-type': v.string(),
  time: v.optional(timestampSchema),
  account: v.optional(v.string()),
  region: v.optional(v.string()),
  // As it is: every other schema would leave out keys such as `constructor` without an issue.
  detail: v.unknown(),
});
const apiCallSchema = v.object({
  eventSource: v.string(),
  eventName: v.string(),
  errorCode: v.nullish(v.string()),
  eventTime: v.optional(timestampSchema),
});
const deleteRepositorySchema = v.object({
  requestParameters: v.object({ repositoryName: v.pipe(v.string(), v.minLength(1), v.maxLength(256)) }),
});

type Event = v.InferOutput<typeof eventSchema> & { readonly id: string };

/** Event of EventBridge with its sender. */
export interface InterpretedEvent {
  /** Sender's name in routes. */
  readonly source: string;
  /** Id of the delivery. */
  readonly id: string;
  readonly sourceEvent: SourceEvent;
}

/** Says whether a value looks like an event of EventBridge; its shape may still be wrong. */
export function isEventBridgeEvent(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'detail-type' in input;
}

/**
 * Source event of an event of EventBridge: `Repository Deleted`, whose detail is a cleanup request, or ECR's
 * `DeleteRepository` as CloudTrail reports it. The detail can't override the source or the id of the event.
 *
 * @param fallbackId of an event that has no id of its own.
 * @param allowedSources globs on the sources whose `Repository Deleted` counts.
 */
export function interpretEvent(
  input: unknown,
  fallbackId: string,
  allowedSources: readonly string[],
): InterpretedEvent {
  const parsed = v.safeParse(eventSchema, input);
  if (!parsed.success)
    return {
      source: '',
      id: fallbackId,
      sourceEvent: { type: 'unreadable', issues: toIssues(parsed.issues) },
    };
  const { id: own } = parsed.output;
  const id = own === undefined ? fallbackId : toDeliveryId('bus', own);
  const event = { ...parsed.output, id };
  // Only AWS can send events whose source begins with "aws.".
  if (event.source === 'aws.ecr') return { source: ECR, id, sourceEvent: interpretEcr(event) };
  return { source: event.source, id, sourceEvent: interpretRepositoryDeleted(event, allowedSources) };
}

function interpretRepositoryDeleted(event: Event, allowedSources: readonly string[]): SourceEvent {
  if (event['detail-type'] !== 'Repository Deleted') {
    return { type: 'ignored', reason: `event ${event['detail-type']} is not Repository Deleted` };
  }
  if (!allowedSources.some((glob) => matchGlob(glob, event.source))) {
    return { type: 'ignored', reason: `source ${event.source} is not among events.allowedSources` };
  }
  const { id, source, time } = event;
  const named = v.safeParse(wordSchema, source);
  if (!named.success) return { type: 'unreadable', issues: toIssues(named.issues, 'source') };
  const request = parseRequest(event.detail, { id, ...(time && { occurredAt: time }) }, 'detail');
  return request.ok
    ? { type: 'request', request: { ...underId(id, request.value), source } }
    : { type: 'unreadable', issues: request.issues };
}

function interpretEcr(event: Event): SourceEvent {
  if (event['detail-type'] !== 'AWS API Call via CloudTrail') {
    return {
      type: 'ignored',
      reason: `${event['detail-type']} concerns tags or images, not a whole repository`,
    };
  }
  const call = v.safeParse(apiCallSchema, event.detail);
  if (!call.success) return { type: 'unreadable', issues: toIssues(call.issues, 'detail') };
  const { eventSource, eventName, errorCode, eventTime } = call.output;
  if (eventSource !== 'ecr.amazonaws.com' || eventName !== 'DeleteRepository') {
    return { type: 'ignored', reason: `API call ${eventSource} ${eventName} is not ECR's DeleteRepository` };
  }
  if (errorCode !== undefined && errorCode !== null) {
    return {
      type: 'ignored',
      reason: `DeleteRepository failed with ${errorCode}: the repository is still there`,
    };
  }
  const elsewhere = findElsewhere(event);
  if (elsewhere !== undefined) return { type: 'ignored', reason: elsewhere };
  const deletion = v.safeParse(deleteRepositorySchema, event.detail);
  if (!deletion.success) return { type: 'unreadable', issues: toIssues(deletion.issues, 'detail') };
  const occurredAt = eventTime ?? event.time;
  if (occurredAt === undefined) {
    const expected = 'the time of the deletion';
    return { type: 'unreadable', issues: [{ path: 'detail.eventTime', found: 'nothing', expected }] };
  }
  const { repositoryName } = deletion.output.requestParameters;
  return { type: 'deleted', repository: repositoryName, occurredAt };
}

/** Reason why an event concerns another registry than the stage's. Its repositories may have the same names. */
function findElsewhere({ account, region }: Event): string | undefined {
  const own = process.env['ECR_REGISTRY'];
  const registry = `${account}.${region}`;
  if (own === undefined || account === undefined || region === undefined || registry === own)
    return undefined;
  return `the repository was in the registry of ${registry} (account.region), not of ${own}`;
}
