import { describeTask, type Evidence, type Judgement } from './evidence.ts';
import { isAbout, isExplained } from './letter.ts';

/** Of those that had to go. If more are left to a person, the service gives up too soon. */
const MAX_PARKED_SHARE = 0.1;
/** So few can be left to a person by chance. */
const FEW = 20;

/**
 * Every task that had to go is gone, or is asked for in the dead-letter queue with a reason; all others are there, and
 * were never touched.
 */
export function judgeTasks(evidence: Evidence): Judgement {
  const { tasks, left, removals, letters, deliveries } = evidence;
  const problems: string[] = [];
  const counts = {
    'had to go': 0,
    gone: 0,
    'left to a person': 0,
    'too many for one request': 0,
    'had to stay': 0,
    kept: 0,
  };
  const there = new Set(left.map((row) => describeTask(row.namespace, row.repoName, row, row.createdAt)));
  const removed = new Set(
    removals.map((each) => describeTask(each.namespace, each.repository, each.target, each.createdAt)),
  );
  const explained = letters.filter(isExplained);
  const tooLarge = new Set(
    deliveries.filter((each) => each.tooLarge === true).map(({ requests: [subject] }) => subject?.namespace),
  );
  const mayGo = new Set<string>();
  for (const task of tasks) {
    const { namespace, repository, createdAt, fate } = task;
    const name = describeTask(namespace, repository, task, createdAt);
    if (fate === 'stays') {
      counts['had to stay'] += 1;
      if (there.has(name)) counts.kept += 1;
      else problems.push(`had to stay and is gone: ${name}`);
      continue;
    }
    mayGo.add(name);
    counts['had to go'] += 1;
    if (!there.has(name)) {
      counts.gone += 1;
      if (!removed.has(name)) problems.push(`is gone, and nobody has deleted it: ${name}`);
    } else if (!explained.some((letter) => isAbout(letter, namespace, repository, task)))
      problems.push(`had to go and is there, and nothing in the dead-letter queue says why: ${name}`);
    else counts[tooLarge.has(namespace) ? 'too many for one request' : 'left to a person'] += 1;
  }
  for (const name of removed) if (!mayGo.has(name)) problems.push(`was deleted and had to stay: ${name}`);
  const parked = counts['left to a person'];
  if (parked > Math.max(FEW, counts['had to go'] * MAX_PARKED_SHARE))
    problems.push(`too many are left to a person: ${parked} of ${counts['had to go']}`);
  return { problems: [...problems, ...judgeLimit(evidence)], counts };
}

function judgeLimit({ deliveries, removals, maxTasksPerRequest }: Evidence): string[] {
  const tooLarge = deliveries.filter((delivery) => delivery.tooLarge === true);
  return tooLarge.flatMap(({ id, requests: [subject] }) => {
    const count = removals.filter(({ namespace }) => namespace === subject?.namespace).length;
    if (count <= maxTasksPerRequest) return [];
    return [`${id} has deleted ${count} tasks, and safety.maxTasksPerRequest is ${maxTasksPerRequest}`];
  });
}
