import { formatImageName } from '../../../cli/arguments.ts';
import type { RequestEntry } from '../../../lib/ledger/history.ts';
import type { SoakEvent } from '../cases/soak-case.ts';
import type { Tally } from '../tally.ts';
import { checkLedgerEntries } from './check-ledger.ts';
import { describeTask, type Evidence, isAbout, isExplained } from './evidence.ts';

/** Checks the state after a soak test, and counts it. @returns the problems. */
export function checkAll(evidence: Evidence, tally: Tally): string[] {
  for (const { code = '(no reason)' } of evidence.deadMessages) tally.count('deadLetters', code);
  return [
    ...checkTasks(evidence, tally),
    ...checkLimit(evidence),
    ...checkLedgerEntries(evidence, tally),
    ...checkRequests(evidence),
  ];
}

/**
 * Checks that accepted requests are in the ledger or in the dead-letter queue, that rejected ones have left no trace, and that
 * every dead-lettered message has a reason.
 */
function checkRequests({ events, entries, deadMessages }: Evidence): string[] {
  const requests = entries.filter((entry) => entry.kind === 'request');
  const bySubject: Partial<Record<string, RequestEntry[]>> = Object.groupBy(requests, formatImageName);
  const problems: string[] = [];
  for (const event of events) {
    const { id, deadLetteredAs } = event;
    for (const subject of event.requests) {
      const name = formatImageName(subject);
      const isRecorded =
        bySubject[name]?.some((entry) => isOf(event, entry)) === true ||
        deadMessages.some(
          (message) =>
            isOf(event, message.request) && isAbout(message, subject.namespace, subject.repository),
        );
      if (!isRecorded) problems.push(`${id} was accepted, and there is no record of ${name}`);
    }
    const codes = deadMessages.filter(({ body }) => body.includes(id)).map(({ code }) => code);
    if (deadLetteredAs !== undefined && !codes.includes(deadLetteredAs))
      problems.push(`${id} is not in the dead-letter queue as ${deadLetteredAs}`);
    if (event.tooLarge === true && codes.length === 0)
      problems.push(`${id} asks for too much, and is not in the dead-letter queue`);
  }
  const without = new Set(events.filter((event) => event.requests.length === 0).map(({ id }) => id));
  for (const { id } of requests)
    if (without.has(id)) problems.push(`${id} leads to no request, and is in the ledger`);
  for (const message of deadMessages)
    if (!isExplained(message))
      problems.push(`a dead-lettered message has no reason: ${message.body.slice(0, 300)}`);
  return problems;
}

/** True for the request of an event. EventBridge chooses the ids of ECR's events; other ids on the bus are labels. */
function isOf(
  { id, way }: SoakEvent,
  other: { readonly id: string; readonly deliveryId?: string } | undefined,
): boolean {
  return way === 'ecr' || other?.deliveryId === id || other?.id === id || other?.id === `queue:${id}`;
}

/** Share of the tasks to delete. If more are dead-lettered, the service gives up too soon. */
const MAX_DEAD_LETTERED = 0.1;
/** Number of requests that may be dead-lettered by chance. */
const FEW = 20;

/**
 * Checks that every task that had to be deleted is gone, or is in the dead-letter queue with a reason, and that all others
 * were never deleted.
 */
function checkTasks({ tasks, left, removals, deadMessages, events }: Evidence, tally: Tally): string[] {
  const problems: string[] = [];
  const there = new Set(left.map((row) => describeTask(row.namespace, row.repoName, row, row.createdAt)));
  const removed = new Set(
    removals.map((each) => describeTask(each.namespace, each.repository, each.target, each.createdAt)),
  );
  const explained = deadMessages.filter(isExplained);
  const tooLarge = new Set(
    events.filter((each) => each.tooLarge === true).map(({ requests: [subject] }) => subject?.namespace),
  );
  const mayBeDeleted = new Set<string>();
  for (const task of tasks) {
    const { namespace, repository, createdAt, expected } = task;
    const name = describeTask(namespace, repository, task, createdAt);
    const isThere = there.has(name);
    if (expected === 'kept') {
      tally.count('tasks', 'to keep');
      if (isThere) tally.count('tasks', 'kept');
      else problems.push(`had to be kept and is gone: ${name}`);
      continue;
    }
    mayBeDeleted.add(name);
    tally.count('tasks', 'to delete');
    if (!isThere) {
      tally.count('tasks', 'gone');
      if (!removed.has(name)) problems.push(`is gone without a deletion: ${name}`);
    } else if (!explained.some((message) => isAbout(message, namespace, repository, task)))
      problems.push(`had to be deleted and exists, without a reason in the dead-letter queue: ${name}`);
    else tally.count('tasks', tooLarge.has(namespace) ? 'too many for one request' : 'dead-lettered');
  }
  for (const name of removed)
    if (!mayBeDeleted.has(name)) problems.push(`was deleted and had to be kept: ${name}`);
  const { 'dead-lettered': deadLettered = 0, 'to delete': toDelete = 0 } = tally.of('tasks');
  if (deadLettered > Math.max(FEW, toDelete * MAX_DEAD_LETTERED))
    problems.push(`too many are dead-lettered: ${deadLettered} of ${toDelete}`);
  return problems;
}

function checkLimit({ events, removals, maxTasksPerRequest }: Evidence): string[] {
  const tooLarge = events.filter((event) => event.tooLarge === true);
  return tooLarge.flatMap(({ id, requests: [subject] }) => {
    const count = removals.filter(({ namespace }) => namespace === subject?.namespace).length;
    if (count <= maxTasksPerRequest) return [];
    return [`${id} has deleted ${count} tasks, and safety.maxTasksPerRequest is ${maxTasksPerRequest}`];
  });
}
