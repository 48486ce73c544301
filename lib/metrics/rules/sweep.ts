import type { Rules } from '../measured-log.ts';
import { callRules, measureLedger } from './calls.ts';

export const sweepRules: Rules = {
  ...callRules,
  'step failed': ({ code }) => [measureLedger(code)],
  'sweep finished': ({ state, tasks, found, unread }) => [
    ['SweepsFinished', 1],
    ['SweepsRejected', state === 'rejected' ? 1 : 0],
    ['SweepTasksSeen', tasks],
    ['SweepTasksFound', found],
    ['SweepRepositoriesUnread', unread],
  ],
};
