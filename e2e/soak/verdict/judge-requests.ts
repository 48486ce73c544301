import type { RequestEntry } from '../../../lib/ledger/history.ts';
import type { Delivery, Subject } from '../story.ts';
import type { Evidence, Judgement } from './evidence.ts';
import { isAbout, isExplained } from './letter.ts';

/**
 * What was accepted is on record, or in the dead-letter queue; what was refused has left no trace; and every dead letter says
 * why it is one.
 */
export function judgeRequests({ deliveries, entries, letters }: Evidence): Judgement {
  const requests = entries.filter((entry) => entry.kind === 'request');
  const bySubject = new Map<string, RequestEntry[]>();
  for (const entry of requests) {
    const subject = nameOf(entry);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), entry]);
  }
  const problems: string[] = [];
  for (const delivery of deliveries) {
    const { id, parkedAs } = delivery;
    for (const subject of delivery.requests) {
      const { namespace, repository } = subject;
      const isOnRecord =
        bySubject.get(nameOf(subject))?.some((entry) => isOf(delivery, entry)) === true ||
        letters.some((letter) => isOf(delivery, letter.request) && isAbout(letter, namespace, repository));
      if (!isOnRecord) problems.push(`${id} was accepted, and nobody knows of ${nameOf(subject)}`);
    }
    const codes = letters.filter(({ body }) => body.includes(id)).map(({ code }) => code);
    if (parkedAs !== undefined && !codes.includes(parkedAs))
      problems.push(`${id} is not in the dead-letter queue as ${parkedAs}`);
    if (delivery.tooLarge === true && codes.length === 0)
      problems.push(`${id} asks for too much, and is not in the dead-letter queue`);
  }
  const without = new Set(deliveries.filter((each) => each.requests.length === 0).map(({ id }) => id));
  for (const { id } of requests)
    if (without.has(id)) problems.push(`${id} asks for nothing that counts, and is in the ledger`);
  for (const letter of letters)
    if (!isExplained(letter))
      problems.push(`a dead letter does not say why it is one: ${letter.body.slice(0, 300)}`);
  return { problems, counts: countCodes(letters) };
}

/** What EventBridge reports of ECR has an id that nobody chooses. Other ids on the bus are labels. */
function isOf(
  { id, way }: Delivery,
  other: { readonly id: string; readonly deliveryId?: string } | undefined,
): boolean {
  return way === 'ecr' || other?.deliveryId === id || other?.id === id || other?.id === `queue:${id}`;
}

function nameOf({ namespace, repository }: Pick<Subject, 'namespace'> & { repository?: string }): string {
  return repository === undefined ? namespace : `${namespace}/${repository}`;
}

function countCodes(letters: Evidence['letters']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code = '(no reason)' } of letters) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
