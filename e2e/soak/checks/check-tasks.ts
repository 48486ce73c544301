import { type CheckResult, describeTask, type Evidence, isAbout, isExplained } from './evidence.ts';

/** Share of the tasks to delete. If more are dead-lettered, the service gives up too soon. */
const MAX_DEAD_LETTERED = 0.1;
/** So few can be dead-lettered by chance. */
const FEW = 20;

/**
 * Checks that every task that had to be deleted is gone, or is in the dead-letter queue with a reason, and that all others
 * were never deleted.
 */
export function checkTasks(evidence: Evidence): CheckResult {
  const { tasks, left, removals, deadMessages, events } = evidence;
  const problems: string[] = [];
  const counts = {
    'to delete': 0,
    gone: 0,
    'dead-lettered': 0,
    'too many for one request': 0,
    'to keep': 0,
    kept: 0,
  };
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
    if (expected === 'kept') {
      counts['to keep'] += 1;
      if (there.has(name)) counts.kept += 1;
      else problems.push(`had to be kept and is gone: ${name}`);
      continue;
    }
    mayBeDeleted.add(name);
    counts['to delete'] += 1;
    if (!there.has(name)) {
      counts.gone += 1;
      if (!removed.has(name)) problems.push(`is gone without a deletion: ${name}`);
    } else if (!explained.some((message) => isAbout(message, namespace, repository, task)))
      problems.push(`had to be deleted and exists, without a reason in the dead-letter queue: ${name}`);
    else counts[tooLarge.has(namespace) ? 'too many for one request' : 'dead-lettered'] += 1;
  }
  for (const name of removed)
    if (!mayBeDeleted.has(name)) problems.push(`was deleted and had to be kept: ${name}`);
  const deadLettered = counts['dead-lettered'];
  if (deadLettered > Math.max(FEW, counts['to delete'] * MAX_DEAD_LETTERED))
    problems.push(`too many are dead-lettered: ${deadLettered} of ${counts['to delete']}`);
  return { problems: [...problems, ...checkLimit(evidence)], counts };
}

function checkLimit({ events, removals, maxTasksPerRequest }: Evidence): string[] {
  const tooLarge = events.filter((event) => event.tooLarge === true);
  return tooLarge.flatMap(({ id, requests: [subject] }) => {
    const count = removals.filter(({ namespace }) => namespace === subject?.namespace).length;
    if (count <= maxTasksPerRequest) return [];
    return [`${id} has deleted ${count} tasks, and safety.maxTasksPerRequest is ${maxTasksPerRequest}`];
  });
}
