import type { TaskEntry } from '../../../lib/ledger/history.ts';
import type { Removal } from '../../../local/huaweicloud/rows.ts';
import type { Tally } from '../tally.ts';
import { type DeadMessage, describeTask, type Evidence, isAbout, isExplained, keyText } from './evidence.ts';

/**
 * Compares the ledger with the emulator.
 *
 * A removed task has an entry, written before the removal. Its outcome is `deleted`, or `intended` where the request was
 * dead-lettered before the outcome was known.
 *
 * A task with the outcome `deleted` was removed. The exception is a task that SWR never listed: once the answer to a deletion
 * was lost, it is unknown whether it existed.
 */
export function checkLedgerEntries(
  { removals, entries, writtenAt, deadMessages, tasks }: Evidence,
  tally: Tally,
): string[] {
  const taskEntries = entries.filter((entry) => entry.kind === 'task');
  tally.count('ledger', 'requests', entries.length - taskEntries.length);
  tally.count('ledger', 'tasks', taskEntries.length);
  tally.count('ledger', 'removals', removals.length);
  const hidden = new Set(
    tasks
      .filter((task) => task.hidden === true)
      .map((task) => describeTask(task.namespace, task.repository, task, task.createdAt)),
  );
  const shown = Map.groupBy(taskEntries, ({ namespace, repository, target, task }) =>
    // Without its time of creation if SWR did not list it.
    describeTask(namespace, repository, target, task?.createdAt),
  );
  const removed = new Set<string>();
  const problems = removals.flatMap((removal) => {
    const { namespace, repository, target, createdAt } = removal;
    const exactly = describeTask(namespace, repository, target, createdAt);
    const unseen = describeTask(namespace, repository, target);
    const name = hidden.has(exactly) ? unseen : exactly;
    removed.add(name);
    return checkRemoval(removal, exactly, shown.get(name) ?? [], writtenAt, deadMessages);
  });
  for (const [name, found] of shown) {
    if (removed.has(name) || !found.some(({ outcome }) => outcome === 'deleted')) continue;
    if (found.some(({ task }) => task !== undefined))
      problems.push(`is deleted in the ledger, and was not deleted: ${name}`);
    else tally.count('ledger', 'gone, and perhaps never there');
  }
  return problems;
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
