import { createHash } from 'node:crypto';
import * as v from 'valibot';
import {
  type Target,
  validateOrganization,
  validateRepository,
  validateTarget,
} from '../huaweicloud/names.ts';
import { type Parsed, show, toIssues } from '../issues.ts';
import { limitedArray } from '../limits.ts';
import { earlierOf } from '../times.ts';

/** Targets that fit into one SQS message of 256 KiB. */
const MAX_TARGETS = 500;
/** A sort key of DynamoDB has up to 1,024 bytes. */
const MAX_ID_BYTES = 1000;
// Date and time with a zone: without one, `Date.parse` assumes this machine's.
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Name of a repository or an organization. DynamoDB and SQS reject half a surrogate pair. */
const nameSchema = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(256),
  v.check((text) => text.isWellFormed(), 'well-formed Unicode'),
);
/** Id, or name of a source or an account: part of keys and log lines. */
export const wordSchema = v.pipe(
  nameSchema,
  v.check((text) => !/\p{Cc}/u.test(text), 'text without control characters'),
);
const regionId = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/, 'a region id such as "cn-east-3"'));

/** ISO 8601 time with a zone. */
export const timestampSchema = v.pipe(
  v.string(),
  v.check(
    (text) => TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text)),
    'an ISO 8601 time with a zone, such as "2026-11-24T03:00:00Z"',
  ),
);

/**
 * Unknown keys are issues: with a misspelt `repository` the request would be for the whole organization, and with misspelt
 * `targets` for every task.
 */
const requestSchema = v.strictObject({
  version: v.optional(v.literal(1), 1),
  /** Id of the delivery, in the ledger and in every log line. */
  id: v.exactOptional(wordSchema),
  source: v.exactOptional(wordSchema),
  /** ISO 8601. Tasks created later are kept. */
  occurredAt: v.exactOptional(timestampSchema),
  /** The first account of the configuration if missing. */
  account: v.exactOptional(wordSchema),
  namespace: nameSchema,
  /** Every repository of the organization if missing. */
  repository: v.exactOptional(nameSchema),
  /** The sender's own id of the delivery, for logs and searches only: senders don't sign it. */
  deliveryId: v.exactOptional(wordSchema),
  /** Number of other requests of the same delivery, which share its limit. Unknown if missing. */
  siblings: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Full name of the repository at the source, which must be gone. */
  sourceRepository: v.exactOptional(nameSchema),
  /** Full name of the organization at the source, which must be gone. */
  sourceOrganization: v.exactOptional(nameSchema),
  /** Requires that every source repository routed to this SWR repository is gone. */
  checkAllSources: v.exactOptional(v.literal(true)),
  /** Number of the organization's repositories that are done, if `repository` is missing. */
  offset: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** With `offset`: the last repository that is done, in the order of names. */
  after: v.exactOptional(wordSchema),
  targets: v.exactOptional(
    v.pipe(
      limitedArray(
        v.strictObject({ remoteRegionId: regionId, remoteNamespace: nameSchema }),
        MAX_TARGETS,
        'targets',
      ),
      v.minLength(1, 'at least one target; leave targets out for every task'),
    ),
  ),
});

/** Request to delete the tasks of a deleted repository or, without `repository`, of a deleted organization. */
export interface CleanupRequest
  extends Readonly<Omit<v.InferOutput<typeof requestSchema>, 'id' | 'targets'>> {
  readonly id: string;
  /** All tasks of the repository if missing. */
  readonly targets?: readonly Target[];
}

/**
 * Parses an untrusted cleanup request.
 *
 * @param defaults for missing keys; at least an id.
 * @param path of the input in its document, such as `data`; prefix of the issues' paths.
 * @example
 * parseRequest({ namespace: 'acme', repository: 'api' }, { id: 'queue:1' });
 * // { ok: true, value: { version: 1, id: 'queue:1', namespace: 'acme', repository: 'api' } }
 */
export function parseRequest(
  input: unknown,
  defaults: Pick<CleanupRequest, 'id'> & Partial<CleanupRequest>,
  path = '',
): Parsed<CleanupRequest> {
  const result = v.safeParse(requestSchema, input);
  if (!result.success) return { ok: false, issues: toIssues(result.issues, path) };
  return { ok: true, value: { ...defaults, ...result.output } };
}

/**
 * Limits `occurredAt` of a request to its arrival.
 *
 * @param time of the arrival, ISO 8601; without it, the request is returned unchanged.
 */
export function arrivedAt(request: CleanupRequest, time: string | undefined): CleanupRequest {
  return time === undefined ? request : { ...request, occurredAt: earlierOf(request.occurredAt, time) };
}

/** Replaces the id of a request, which its sender chose, by one that it can't choose. The sender's becomes `deliveryId`. */
export function underId(id: string, sent: CleanupRequest): CleanupRequest {
  const { siblings: _, ...request } = sent;
  return { ...request, id, ...(request.id !== id && { deliveryId: request.id }) };
}

/** Validates the id, source and names of a request for the ledger and SWR; returns the first issue. */
export function validateRequest(request: CleanupRequest): string | undefined {
  const { id, source = '' } = request;
  if (!id.isWellFormed() || Buffer.byteLength(id) > MAX_ID_BYTES)
    return `Invalid id ${show(id)}: expected at most ${MAX_ID_BYTES} bytes in UTF-8`;
  if (!source.isWellFormed()) return `Invalid source ${show(source)}: expected text in UTF-8`;
  return validateNames(request);
}

/** Validates the names of a request by the rules of SWR; returns the first issue. */
export function validateNames({ namespace, repository, targets }: CleanupRequest): string | undefined {
  return (
    validateOrganization(namespace) ??
    (repository === undefined ? undefined : validateRepository(repository)) ??
    targets?.map(validateTarget).find((issue) => issue !== undefined)
  );
}

/** Length that `wordSchema` accepts. */
const MAX_ID_LENGTH = 256;
/** Prefixes of the ids of `receive`, `sweep` and the channels below. */
const DELIVERY_ID = /^(?:(?:webhook|bus|sns|invoke|queue):|sweep-)./s;

/** Channels by which a delivery reaches `clean`. */
type Channel = 'bus' | 'sns' | 'invoke' | 'queue';

/**
 * Id of a delivery, for all its entries in the ledger. Each channel has its own prefix, so that no sender can affect a
 * delivery of another channel. A long id becomes a digest.
 *
 * @param own id of the delivery, by its sender or AWS.
 */
export function toDeliveryId(channel: Channel, own: string): string {
  const id = `${channel}:${own}`;
  if (id.length <= MAX_ID_LENGTH) return id;
  return `${channel}:${createHash('sha256').update(JSON.stringify(own)).digest('hex')}`;
}

/** Checks that an id has the prefix of a channel. */
export function isDeliveryId(id: string): boolean {
  return DELIVERY_ID.test(id);
}

/** Delivery ids for an id as senders and AWS show it: one for each channel. */
export function deliveryIdsFrom(id: string): string[] {
  const channels: Channel[] = ['bus', 'sns', 'invoke', 'queue'];
  return isDeliveryId(id) ? [id] : [id, ...channels.map((channel) => toDeliveryId(channel, id))];
}
