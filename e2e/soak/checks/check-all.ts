import type { RequestEntry } from '../../../lib/ledger/history.ts';
import type { SoakEvent, Subject } from '../cases/soak-case.ts';
import { checkLedgerEntries } from './check-ledger.ts';
import { checkTasks } from './check-tasks.ts';
import { type CheckResult, type Evidence, isAbout, isExplained } from './evidence.ts';

type Counts = CheckResult['counts'];

export interface SoakResult {
  /** One line each. */
  readonly problems: readonly string[];
  readonly tasks: Counts;
  readonly ledger: Counts;
  /** By their codes. */
  readonly deadLetters: Counts;
}

export function checkAll(evidence: Evidence): SoakResult {
  const tasks = checkTasks(evidence);
  const ledger = checkLedgerEntries(evidence);
  const requests = checkRequests(evidence);
  return {
    problems: [tasks, ledger, requests].flatMap(({ problems }) => problems),
    tasks: tasks.counts,
    ledger: ledger.counts,
    deadLetters: requests.counts,
  };
}

/**
 * Checks that accepted requests are in the ledger or in the dead-letter queue, that rejected ones have left no trace, and that
 * every dead-lettered message has a reason.
 */
function checkRequests({ events, entries, deadMessages }: Evidence): CheckResult {
  const requests = entries.filter((entry) => entry.kind === 'request');
  const bySubject: Partial<Record<string, RequestEntry[]>> = Object.groupBy(requests, describeSubject);
  const problems: string[] = [];
  for (const event of events) {
    const { id, deadLetteredAs } = event;
    for (const subject of event.requests) {
      const name = describeSubject(subject);
      const isRecorded =
        bySubject[name]?.some((entry) => isOf(event, entry)) === true ||
        deadMessages.some(
          (message) =>
            isOf(event, message.request) && isAbout(message, subject.namespace, subject.repository),
        );
      if (!isRecorded) problems.push(`${id} was accepted, and there is no record of ${name}`);
    }
    const codes = deadMessages.filter(({ body }) => body.includes(id)).map(({ code }) => code);
    if (deadLetteredAs !== undefined && !codes.includes(deadLetteredAs))
      problems.push(`${id} is not in the dead-letter queue as ${deadLetteredAs}`);
    if (event.tooLarge === true && codes.length === 0)
      problems.push(`${id} asks for too much, and is not in the dead-letter queue`);
  }
  const without = new Set(events.filter((event) => event.requests.length === 0).map(({ id }) => id));
  for (const { id } of requests)
    if (without.has(id)) problems.push(`${id} leads to no request, and is in the ledger`);
  for (const message of deadMessages)
    if (!isExplained(message))
      problems.push(`a dead-lettered message has no reason: ${message.body.slice(0, 300)}`);
  const byCode = Object.groupBy(deadMessages, ({ code = '(no reason)' }) => code);
  const counts = Object.entries(byCode).map(([code, messages = []]) => [code, messages.length] as const);
  return { problems, counts: Object.fromEntries(counts) };
}

/** Whether a request is that of an event. EventBridge chooses the ids of ECR's events; other ids on the bus are labels. */
function isOf(
  { id, way }: SoakEvent,
  other: { readonly id: string; readonly deliveryId?: string } | undefined,
): boolean {
  return way === 'ecr' || other?.deliveryId === id || other?.id === id || other?.id === `queue:${id}`;
}

function describeSubject({ namespace, repository }: Subject | RequestEntry): string {
  return repository === undefined ? namespace : `${namespace}/${repository}`;
}
