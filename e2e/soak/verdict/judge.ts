import type { Evidence } from './evidence.ts';
import { judgeLedger } from './judge-ledger.ts';
import { judgeRequests } from './judge-requests.ts';
import { judgeTasks } from './judge-tasks.ts';

export interface Verdict {
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
  readonly tasks: Readonly<Record<string, number>>;
  readonly ledger: Readonly<Record<string, number>>;
  /** By their codes. */
  readonly deadLetters: Readonly<Record<string, number>>;
}

export function judge(evidence: Evidence): Verdict {
  const tasks = judgeTasks(evidence);
  const ledger = judgeLedger(evidence);
  const requests = judgeRequests(evidence);
  return {
    problems: [tasks, ledger, requests].flatMap(({ problems }) => problems),
    tasks: tasks.counts,
    ledger: ledger.counts,
    deadLetters: requests.counts,
  };
}
