import { createHash } from 'node:crypto';
import type { Key } from '../aws/table.ts';
import type { Intent } from '../cleanup/ledger.ts';
import { type OutcomeSubject, outcomeKey } from '../cleanup/outcome.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import { nameOf } from '../huaweicloud/names.ts';

/** Index of the entries of a repository or an organization, by time. */
export const BY_REPOSITORY = 'by-repository';
/** Index of the entries of a day, by time. */
export const BY_DAY = 'by-day';

const MS_A_DAY = 24 * 60 * 60 * 1000;
/** Keys have up to 1,024 bytes, and senders choose the name of the source. */
const MAX_SOURCE_LENGTH = 100;
const MAX_TIME_LENGTH = 40;

/**
 * Key of a request. Entries of a delivery are under its id, so a second attempt finds them at once. Parts that senders choose
 * come last, so that no key can imitate another.
 */
export function keyOfRequest(account: string, request: CleanupRequest): Key {
  const { id, namespace, repository = '' } = request;
  return { pk: partitionOf(id), sk: `request#${account}/${namespace}/${repository}#${sourceOf(request)}` };
}

/** Key of a task; a task that was created again has another one. */
export function keyOfTask(account: string, request: CleanupRequest, intent: Intent): Key {
  const { repository, target, task } = intent;
  const createdAt = (task?.createdAt ?? '-').slice(0, MAX_TIME_LENGTH);
  const sk = `${prefixOfTasks(account, request, repository)}${nameOf(target)}#${createdAt}#${sourceOf(request)}`;
  return { pk: partitionOf(request.id), sk };
}

/** Length of a digest: two of a million subjects are alike with a probability of one in 500. */
const DIGEST_LENGTH = 8;

/** Digest of the subject of an outcome: a set of them fits into an item of DynamoDB, up to 40,000 subjects. */
export function digestOf(subject: OutcomeSubject): string {
  return createHash('sha256').update(outcomeKey(subject)).digest('base64url').slice(0, DIGEST_LENGTH);
}

/** Beginning of the keys of all tasks of a delivery. */
export const TASKS = 'task#';

/** Beginning of the keys of all tasks of a repository; of an organization without one. */
export function prefixOfTasks(
  account: string,
  { namespace }: { readonly namespace: string },
  repository: string | undefined,
): string {
  return `${TASKS}${account}/${namespace}/${repository === undefined ? '' : `${repository}#`}`;
}

/** Key of the entry that links a sender's delivery id to the id of a delivery, in a partition of its own. */
export function keyOfLabel(label: string, id: string): Key {
  return { pk: partitionOfLabel(label), sk: `label#${id}` };
}

/** Partition of the deliveries under a sender's delivery id. */
export function partitionOfLabel(label: string): string {
  return partitionOf(`label:${label.toWellFormed()}`);
}

/** Partition of a delivery, by its id. */
export function partitionOf(id: string): string {
  return `delivery#${id}`;
}

/**
 * Attributes for both indexes, and the expiry.
 *
 * @param atMs milliseconds since the epoch.
 */
export function placeInIndexes(
  { account, namespace, repository = '' }: { account: string; namespace: string; repository?: string },
  atMs: number,
  retentionDays: number,
) {
  const at = new Date(atMs).toISOString();
  return {
    organization: `${account}/${namespace}`,
    repositoryAt: `${repository}#${at}`,
    ...dayOf(atMs, retentionDays),
  };
}

/**
 * Attributes for the index by day, and the expiry.
 *
 * @param atMs milliseconds since the epoch.
 */
export function dayOf(atMs: number, retentionDays: number) {
  const at = new Date(atMs).toISOString();
  return {
    day: at.slice(0, 10),
    at,
    // DynamoDB's TTL counts in seconds.
    expiresAt: Math.floor((atMs + retentionDays * MS_A_DAY) / 1000),
  };
}

function sourceOf({ source = '' }: CleanupRequest): string {
  // The cut may leave half a surrogate pair.
  return source.slice(0, MAX_SOURCE_LENGTH).toWellFormed();
}
