import type { TaskEntry } from '../../../lib/ledger/history.ts';
import type { Removal } from '../../../local/huaweicloud/rows.ts';
import {
  type DeadMessage,
  describeTask,
  type Evidence,
  isAbout,
  isExplained,
  keyText,
  type SoakCheckResult,
} from './evidence.ts';

/**
 * Compares the ledger with the emulator.
 *
 * A removed task has an entry, written before the removal. Its outcome is `deleted`, or `intended` where the request was
 * dead-lettered before the outcome was known.
 *
 * A task with the outcome `deleted` was removed. The exception is a task that SWR never listed: once the answer to a deletion
 * was lost, it is unknown whether it existed.
 */
export function checkLedgerEntries({
  removals,
  entries,
  writtenAt,
  deadMessages,
  tasks,
}: Evidence): SoakCheckResult {
  const taskEntries = entries.filter((entry) => entry.kind === 'task');
  const hidden = new Set(
    tasks
      .filter((task) => task.hidden === true)
      .map((task) => describeTask(task.namespace, task.repository, task, task.createdAt)),
  );
  const shown = Map.groupBy(taskEntries, nameOfEntry);
  const removed = new Set<string>();
  const problems = removals.flatMap((removal) => {
    const { namespace, repository, target, createdAt } = removal;
    const exactly = describeTask(namespace, repository, target, createdAt);
    const unseen = describeTask(namespace, repository, target);
    const name = hidden.has(exactly) ? unseen : exactly;
    removed.add(name);
    return checkRemoval(removal, exactly, shown.get(name) ?? [], writtenAt, deadMessages);
  });
  let unknown = 0;
  for (const [name, found] of shown) {
    if (removed.has(name) || !found.some(({ outcome }) => outcome === 'deleted')) continue;
    if (found.some(({ task }) => task !== undefined))
      problems.push(`is deleted in the ledger, and was not deleted: ${name}`);
    else unknown += 1;
  }
  const counts = {
    requests: entries.length - taskEntries.length,
    tasks: taskEntries.length,
    removals: removals.length,
    'gone, and perhaps never there': unknown,
  };
  return { problems, counts };
}

/** Describes the task of an entry; the time of creation is unknown if SWR did not list it. */
function nameOfEntry({ namespace, repository, target, task }: TaskEntry): string {
  return describeTask(namespace, repository, target, task?.createdAt);
}

function checkRemoval(
  { at, namespace, repository, target }: Removal,
  name: string,
  entries: readonly TaskEntry[],
  writtenAt: ReadonlyMap<string, number>,
  deadMessages: readonly DeadMessage[],
): string[] {
  if (entries.length === 0) return [`was deleted, and the ledger has no entry: ${name}`];
  const written = Math.min(
    ...entries.map(({ key }) => writtenAt.get(keyText(key)) ?? Number.POSITIVE_INFINITY),
  );
  if (written > at) return [`was deleted ${written - at} ms before its entry was written: ${name}`];
  if (entries.some(({ outcome }) => outcome === 'deleted')) return [];
  const leftOpen = entries.some(
    ({ id, outcome }) =>
      outcome === 'intended' &&
      deadMessages.some(
        (message) =>
          isExplained(message) &&
          message.request?.id === id &&
          isAbout(message, namespace, repository, target),
      ),
  );
  const outcomes = entries.map(({ outcome }) => outcome).join(', ');
  return leftOpen ? [] : [`was deleted, and the ledger says ${outcomes}: ${name}`];
}
