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

/** SQS takes a message of 256 KiB at least; so many targets fit into one. */
const MAX_TARGETS = 500;
/** 256 of the widest characters; DynamoDB takes 1,024 in the shorter part of a key. */
const MAX_ID_BYTES = 1000;
// A date and a time with its zone: without one, it would be read as this machine's.
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Whatever a repository or an organization is called. Neither DynamoDB nor SQS takes half a surrogate pair. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(256),
  v.check((text) => text.isWellFormed(), 'text without halves of surrogate pairs'),
);
/** An id, or the name of a source or an account: part of keys and of log lines. */
export const word = v.pipe(
  name,
  v.check((text) => !/\p{Cc}/u.test(text), 'text without control characters'),
);
const region = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/, 'a region id such as "cn-east-3"'));

export const timestampSchema = v.pipe(
  v.string(),
  v.check(
    (text) => TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text)),
    'an ISO 8601 time with its zone, such as "2026-11-24T03:00:00.000Z"',
  ),
);

/**
 * A key that is not known is a issue: a misspelt `repository` would mean the whole organization, and misspelt `targets`
 * every task.
 */
const requestSchema = v.strictObject({
  version: v.optional(v.literal(1), 1),
  id: v.exactOptional(word),
  source: v.exactOptional(word),
  occurredAt: v.exactOptional(timestampSchema),
  account: v.exactOptional(word),
  namespace: name,
  repository: v.exactOptional(name),
  deliveryId: v.exactOptional(word),
  siblings: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  sourceRepository: v.exactOptional(name),
  sourceOrganization: v.exactOptional(name),
  checkAllSources: v.exactOptional(v.literal(true)),
  offset: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  after: v.exactOptional(word),
  targets: v.exactOptional(
    v.pipe(
      limitedArray(v.strictObject({ remoteRegionId: region, remoteNamespace: name }), MAX_TARGETS, 'targets'),
      v.minLength(1, 'at least one target; leave targets out for every task'),
    ),
  ),
});

/** That a repository (or, without `repository`, a whole organization) is gone, and which of its tasks have to go. */
export interface CleanupRequest {
  readonly version: 1;
  /** Follows the request from the webhook to the last log line. */
  readonly id: string;
  /** The sender's own id of the delivery, to log and to search by. Senders don't sign it: nothing is decided by it. */
  readonly deliveryId?: string;
  /** Number of other requests that the same delivery made; together they share its limit. Unknown if missing. */
  readonly siblings?: number;
  readonly source?: string;
  /** ISO 8601. A task that was created later is kept. */
  readonly occurredAt?: string;
  /** The first account of the configuration if missing. */
  readonly account?: string;
  readonly namespace: string;
  /** Every repository of the organization if missing. */
  readonly repository?: string;
  /**
   * The repository's full name at the source; if it is there, the source has to say first that the repository is gone.
   */
  readonly sourceRepository?: string;
  /** Full name of the organization at the source, which has to say first that the organization is gone. */
  readonly sourceOrganization?: string;
  /** Every source repository that a route leads to this SWR repository has to be gone, not only the one that is named. */
  readonly checkAllSources?: true;
  /** Without a repository: how many of the organization's repositories are done already. */
  readonly offset?: number;
  /** With `offset`: the last one of them. The repositories are done in the order of their names. */
  readonly after?: string;
  /** Every task that the repository has if missing. */
  readonly targets?: readonly Target[];
}

/**
 * Reads a cleanup request that anyone may have sent.
 *
 * @param defaults what counts where the request doesn't say: at least an id.
 * @param path of the input in its document, such as `data`; the issues' paths begin with it.
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
 * The request as of its arrival: nothing that it tells of can have happened later.
 *
 * @param time ISO 8601; the request as it is if missing.
 */
export function arrivedAt(request: CleanupRequest, time: string | undefined): CleanupRequest {
  return time === undefined ? request : { ...request, occurredAt: earlierOf(request.occurredAt, time) };
}

/** The request under an id that its sender can't choose. The sender's own id stays as a label. */
export function underId(id: string, said: CleanupRequest): CleanupRequest {
  const { siblings: _, ...request } = said;
  return { ...request, id, ...(request.id !== id && { deliveryId: request.id }) };
}

/** Says what of a request can't be kept in the ledger or be in SWR; undefined if all of it can. */
export function validateRequest(request: CleanupRequest): string | undefined {
  const { id, source = '' } = request;
  if (!id.isWellFormed() || Buffer.byteLength(id) > MAX_ID_BYTES)
    return `the id ${show(id)} is not a text of at most ${MAX_ID_BYTES} bytes in UTF-8`;
  if (!source.isWellFormed()) return `the source ${show(source)} is not a text in UTF-8`;
  return validateNames(request);
}

/** Says which of a request's names SWR can't have; undefined if it can have them all. */
export function validateNames({ namespace, repository, targets }: CleanupRequest): string | undefined {
  return (
    validateOrganization(namespace) ??
    (repository === undefined ? undefined : validateRepository(repository)) ??
    targets?.map(validateTarget).find((issue) => issue !== undefined)
  );
}
