import type { CleanupLedger, Ending, Intent } from '../../lib/cleanup/ledger.ts';
import { TOO_MANY_TASKS } from '../../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { nameOf } from '../../lib/huaweicloud/names.ts';

interface Entry {
  readonly intent: Intent;
  readonly outcome: 'intended' | Ending['outcome'];
  readonly code?: string;
}

/** A ledger for one request, which remembers what the one in DynamoDB does, for tests that delete hundreds of tasks. */
export function startMemoryLedger(): CleanupLedger {
  const entries = new Map<string, Entry>();
  const keyOf = (_: CleanupRequest, { repository, target, task }: Intent) =>
    `${repository}#${nameOf(target)}#${task?.createdAt ?? '-'}`;
  const write = (request: CleanupRequest, intent: Intent, ending: Pick<Entry, 'outcome' | 'code'>) => {
    const key = keyOf(request, intent);
    const before = entries.get(key);
    if (before?.outcome !== 'deleted') entries.set(key, { intent: before?.intent ?? intent, ...ending });
    return before;
  };
  return {
    keyOf,
    open: async (request) => ({ request, repeated: false }),
    started: async () =>
      [...entries].flatMap(([key, { outcome, code }]) =>
        outcome === 'absent' || (outcome === 'failed' && code !== TOO_MANY_TASKS) ? [] : [key],
      ),
    unsettled: async (_, repository) =>
      [...entries.values()].flatMap(({ intent, outcome }) =>
        intent.repository === repository && /intended|failed/.test(outcome) ? [intent] : [],
      ),
    intend: async (request, intent) => ({
      repeated: write(request, intent, { outcome: 'intended' })?.outcome === 'intended',
    }),
    settle: async (request, intent, ending) => {
      const mayBeDone = ending.outcome === 'failed' && ending.retryable;
      write(request, intent, mayBeDone ? { outcome: 'intended' } : ending);
    },
    close: async () => {},
  };
}
