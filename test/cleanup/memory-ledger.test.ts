import { expect, test } from '@jest/globals';
import type { CleanupLedger, Ending, Intent } from '../../lib/cleanup/ledger.ts';
import { TOO_MANY_TASKS } from '../../lib/cleanup/outcome.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { DR } from '../support/cloud.ts';
import { useLedger } from '../support/ledger.ts';
import { startMemoryLedger } from '../support/memory-ledger.ts';

const loopback = useLedger();

const intent: Intent = {
  repository: 'payments/api',
  target: DR,
  task: { ...DR, createdAt: '2026-03-02T08:15:27.53183Z', syncAuto: true, override: true },
};
const failed = (code: string, retryable: boolean): Ending => ({
  outcome: 'failed',
  code,
  message: 'no luck',
  retryable,
});
const STEPS: readonly ('intend' | Ending)[] = [
  'intend',
  { outcome: 'deleted' },
  { outcome: 'absent' },
  failed('SVCSTG.SWR.5000000', true),
  failed('SVCSTG.SWR.4030170', false),
  failed(TOO_MANY_TASKS, false),
];
/** Every way to go on for two steps after a deletion was begun. */
const PATHS = STEPS.flatMap((one) => STEPS.map((two) => ['intend', one, two] as const));

async function follow(ledger: CleanupLedger, path: readonly (typeof STEPS)[number][], id: string) {
  const request = cleanupRequest({ id });
  const seen: unknown[] = [];
  for (const step of path) {
    if (step === 'intend') seen.push(await ledger.intend(request, intent));
    else await ledger.settle(request, intent, step);
    const begun = await ledger.started(request);
    const unsettled = await ledger.unsettled(request, intent.repository);
    seen.push({ begun: begun.length, unsettled: unsettled.map(({ target, task }) => ({ target, task })) });
  }
  return seen;
}

test('the ledger in memory remembers what the one in DynamoDB does', async () => {
  for (const [index, path] of PATHS.entries()) {
    const memory = await follow(startMemoryLedger(), path, 'one');
    expect({ path, seen: memory }).toEqual({
      path,
      seen: await follow(loopback.ledger, path, `path-${index}`),
    });
  }
});
