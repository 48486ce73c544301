import type { TaskEntry } from '../../../lib/ledger/history.ts';
import type { Removal } from '../../../local/huaweicloud/tasks.ts';
import { describeTask, type Evidence, type Judgement, keyText } from './evidence.ts';
import { isAbout, isExplained, type Letter } from './letter.ts';

/**
 * Whether the ledger and the emulator tell the same.
 *
 * What was removed has an entry, which was written before. It says `deleted`, unless the request ended in the dead-letter
 * queue before anybody could find out: then it says that the deletion was begun.
 *
 * What an entry says to be deleted was removed. Only of a task that SWR never showed nobody can say whether it was there, once
 * the answer to a deletion was lost: its entry says that it is gone.
 */
export function judgeLedger({ removals, entries, writtenAt, letters, tasks }: Evidence): Judgement {
  const taskEntries = entries.filter((entry) => entry.kind === 'task');
  const hidden = new Set(
    tasks
      .filter((task) => task.hidden === true)
      .map((task) => describeTask(task.namespace, task.repository, task, task.createdAt)),
  );
  const shown = new Map<string, TaskEntry[]>();
  for (const entry of taskEntries) {
    const name = nameOfEntry(entry);
    shown.set(name, [...(shown.get(name) ?? []), entry]);
  }
  const removed = new Set<string>();
  const problems = removals.flatMap((removal) => {
    const { namespace, repository, target, createdAt } = removal;
    const exactly = describeTask(namespace, repository, target, createdAt);
    const unseen = describeTask(namespace, repository, target);
    const name = hidden.has(exactly) ? unseen : exactly;
    removed.add(name);
    return judgeRemoval(removal, exactly, shown.get(name) ?? [], writtenAt, letters);
  });
  let unproven = 0;
  for (const [name, found] of shown) {
    if (removed.has(name) || !found.some(({ outcome }) => outcome === 'deleted')) continue;
    if (found.some(({ task }) => task !== undefined))
      problems.push(`the ledger says that it was deleted, and it was not: ${name}`);
    else unproven += 1;
  }
  const counts = {
    requests: entries.length - taskEntries.length,
    tasks: taskEntries.length,
    removals: removals.length,
    'gone, and perhaps never there': unproven,
  };
  return { problems, counts };
}

/** Of a task that SWR did not show, the time of its creation is not known. */
function nameOfEntry({ namespace, repository, target, task }: TaskEntry): string {
  return describeTask(namespace, repository, target, task === undefined ? undefined : task.createdAt);
}

function judgeRemoval(
  { at, namespace, repository, target }: Removal,
  name: string,
  entries: readonly TaskEntry[],
  writtenAt: ReadonlyMap<string, number>,
  letters: readonly Letter[],
): string[] {
  if (entries.length === 0) return [`was deleted, and the ledger knows nothing of it: ${name}`];
  const written = Math.min(
    ...entries.map(({ key }) => writtenAt.get(keyText(key)) ?? Number.POSITIVE_INFINITY),
  );
  if (written > at) return [`was deleted ${written - at} ms before it was written down: ${name}`];
  if (entries.some(({ outcome }) => outcome === 'deleted')) return [];
  const leftOpen = entries.some(
    ({ id, outcome }) =>
      outcome === 'intended' &&
      letters.some(
        (letter) =>
          isExplained(letter) && letter.request?.id === id && isAbout(letter, namespace, repository, target),
      ),
  );
  const outcomes = entries.map(({ outcome }) => outcome).join(', ');
  return leftOpen ? [] : [`was deleted, and the ledger says ${outcomes}: ${name}`];
}
