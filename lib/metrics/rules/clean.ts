import type { Rules } from '../measured-log.ts';
import { callRules, measureLedger } from './calls.ts';

export const cleanRules: Rules = {
  ...callRules,
  requested: 'Requests',
  deleted: ({ ageSeconds }) => [
    ['TasksDeleted', 1],
    ['EventAge', ageSeconds],
  ],
  absent: 'TasksAbsent',
  kept: 'TasksKept',
  failed: ({ code }) => [['TasksFailed', 1], measureLedger(code)],
  'not closed': ({ code }) => [measureLedger(code)],
  retried: 'Retried',
  'not settled': 'Retried',
  'not begun': 'Retried',
  'dead-lettered': 'DeadLettered',
};
