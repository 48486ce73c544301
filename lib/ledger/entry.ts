import type { Key } from '../aws/table.ts';
import type { Intent } from '../cleanup/ledger.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import { nameOf } from '../huaweicloud/names.ts';

/** Answers what happened to a repository or an organization. */
export const BY_REPOSITORY = 'by-repository';
/** Answers what happened on a day. */
export const BY_DAY = 'by-day';

const MS_A_DAY = 24 * 60 * 60 * 1000;
/** A key may have 1,024 bytes, and whoever sends an event chooses the name of its source. */
const MAX_SOURCE_LENGTH = 100;
const MAX_TIME_LENGTH = 40;

/**
 * Everything that a delivery has led to is under its id, so that a second try finds it at once. Where a part of a key is
 * anybody's text, it comes last: no other one can be made to look like it.
 */
export function keyOfRequest(account: string, request: CleanupRequest): Key {
  return { pk: partitionOf(request.id), sk: `request#${subjectOf(account, request)}#${sourceOf(request)}` };
}

/** One entry for each task that was there: one that was made anew since then is another one. */
export function keyOfTask(account: string, request: CleanupRequest, intent: Intent): Key {
  const { repository, target, task } = intent;
  const createdAt = (task?.createdAt ?? '-').slice(0, MAX_TIME_LENGTH);
  const sk = `${prefixOfTasks(account, request, repository)}${nameOf(target)}#${createdAt}#${sourceOf(request)}`;
  return { pk: partitionOf(request.id), sk };
}

/** Beginning of the keys of all tasks of a delivery. */
export const TASKS = 'task#';

/** Beginning of the keys of all tasks of a repository. */
export function prefixOfTasks(account: string, { namespace }: CleanupRequest, repository: string): string {
  return `${TASKS}${account}/${namespace}/${repository}#`;
}

/** Leads from a label, which senders may choose, to the id of a delivery. It is in a partition of its own. */
export function keyOfLabel(label: string, id: string): Key {
  return { pk: partitionOfLabel(label), sk: `label#${id}` };
}

export function partitionOfLabel(label: string): string {
  return partitionOf(`label:${label.toWellFormed()}`);
}

export function partitionOf(id: string): string {
  return `delivery#${id}`;
}

/** What both indexes need of an entry, and when it is forgotten. */
export function placeInIndexes(
  { account, namespace, repository = '' }: { account: string; namespace: string; repository?: string },
  atMs: number,
  retentionDays: number,
) {
  const at = new Date(atMs).toISOString();
  return {
    organization: `${account}/${namespace}`,
    repositoryAt: `${repository}#${at}`,
    ...placeInDays(atMs, retentionDays),
  };
}

export function placeInDays(atMs: number, retentionDays: number) {
  const at = new Date(atMs).toISOString();
  return {
    day: at.slice(0, 10),
    at,
    // DynamoDB's TTL counts in seconds.
    expiresAt: Math.floor((atMs + retentionDays * MS_A_DAY) / 1000),
  };
}

function subjectOf(account: string, { namespace, repository = '' }: CleanupRequest): string {
  return `${account}/${namespace}/${repository}`;
}

function sourceOf({ source = '' }: CleanupRequest): string {
  // Half a character at the end would be no text.
  return source.slice(0, MAX_SOURCE_LENGTH).toWellFormed();
}
