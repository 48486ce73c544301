import type { CleanupLedger, Ending, Intent } from '../../lib/cleanup/ledger.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { nameOf } from '../../lib/huaweicloud/sync-task.ts';

interface Entry {
  readonly intent: Intent;
  readonly outcome: 'intended' | Ending['outcome'];
}

/** A ledger for one request, which remembers what the one in DynamoDB does, for tests that delete hundreds of tasks. */
export function startMemoryLedger(): CleanupLedger {
  const entries = new Map<string, Entry>();
  const identityOf = (_: CleanupRequest, { repository, target, task }: Intent) =>
    `${repository}#${nameOf(target)}#${task?.createdAt ?? '-'}`;
  const write = (request: CleanupRequest, intent: Intent, outcome: Entry['outcome']) => {
    const key = identityOf(request, intent);
    const before = entries.get(key);
    if (before?.outcome !== 'deleted') entries.set(key, { intent: before?.intent ?? intent, outcome });
    return before;
  };
  return {
    identityOf,
    open: async (request) => ({ request, repeated: false }),
    begun: async () =>
      [...entries].flatMap(([key, { outcome }]) => (/absent|failed/.test(outcome) ? [] : [key])),
    unsettled: async (_, repository) =>
      [...entries.values()].flatMap(({ intent, outcome }) =>
        intent.repository === repository && /intended|failed/.test(outcome) ? [intent] : [],
      ),
    intend: async (request, intent) => ({
      begunBefore: write(request, intent, 'intended')?.outcome === 'intended',
    }),
    settle: async (request, intent, ending) => {
      const mayBeDone = ending.outcome === 'failed' && ending.retryable;
      write(request, intent, mayBeDone ? 'intended' : ending.outcome);
    },
    close: async () => {},
  };
}
