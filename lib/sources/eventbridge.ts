import * as v from 'valibot';
import { parseRequest, timestampSchema, toDeliveryId, underId, wordSchema } from '../cleanup/request.ts';
import { matchGlob } from '../glob.ts';
import { toIssues } from '../issues.ts';
import { ECR } from './source.ts';
import { ignored, interpretAs, requested, type SourceEvent, unreadable } from './source-event.ts';

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
    return { source: '', id: fallbackId, sourceEvent: unreadable(...toIssues(parsed.issues)) };
  const { id: own, source } = parsed.output;
  const id = own === undefined ? fallbackId : toDeliveryId('bus', own);
  const event = { ...parsed.output, id };
  // Only AWS can send events whose source begins with "aws.".
  if (source === 'aws.ecr') return { source: ECR, id, sourceEvent: interpretEcr(event) };
  return { source, id, sourceEvent: interpretRepositoryDeleted(event, allowedSources) };
}

function interpretRepositoryDeleted(event: Event, allowedSources: readonly string[]): SourceEvent {
  const { id, time, detail, 'detail-type': type } = event;
  if (type !== 'Repository Deleted') return ignored(`event ${type} is not Repository Deleted`);
  if (!allowedSources.some((glob) => matchGlob(glob, event.source)))
    return ignored(`source ${event.source} is not among events.allowedSources`);
  return interpretAs(wordSchema, event.source, 'source', (source) => {
    const request = parseRequest(detail, { id, ...(time && { occurredAt: time }) }, 'detail');
    return requested(request.ok ? { ok: true, value: { ...underId(id, request.value), source } } : request);
  });
}

function interpretEcr(event: Event): SourceEvent {
  const { detail, 'detail-type': type } = event;
  if (type !== 'AWS API Call via CloudTrail')
    return ignored(`${type} concerns tags or images, not a whole repository`);
  return interpretAs(apiCallSchema, detail, 'detail', ({ eventSource, eventName, errorCode, eventTime }) => {
    if (eventSource !== 'ecr.amazonaws.com' || eventName !== 'DeleteRepository')
      return ignored(`API call ${eventSource} ${eventName} is not ECR's DeleteRepository`);
    if (errorCode !== undefined && errorCode !== null)
      return ignored(`DeleteRepository failed with ${errorCode}: the repository is still there`);
    const elsewhere = findElsewhere(event);
    if (elsewhere !== undefined) return ignored(elsewhere);
    return interpretAs(deleteRepositorySchema, detail, 'detail', ({ requestParameters }) => {
      const occurredAt = eventTime ?? event.time;
      return occurredAt === undefined
        ? unreadable({ path: 'detail.eventTime', found: 'nothing', expected: 'the time of the deletion' })
        : { type: 'deleted', repository: requestParameters.repositoryName, occurredAt };
    });
  });
}

/** Reason why an event concerns another registry than the stage's. Its repositories may have the same names. */
function findElsewhere({ account, region }: Event): string | undefined {
  const own = process.env['ECR_REGISTRY'];
  const registry = `${account}.${region}`;
  if (own === undefined || account === undefined || region === undefined || registry === own)
    return undefined;
  return `the repository was in the registry of ${registry} (account.region), not of ${own}`;
}
