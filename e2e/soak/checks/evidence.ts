import * as v from 'valibot';
import { type CleanupRequest, parseRequest } from '../../../lib/cleanup/request.ts';
import { nameOf, type Target } from '../../../lib/huaweicloud/names.ts';
import { parseJson } from '../../../lib/json.ts';
import type { LedgerEntry } from '../../../lib/ledger/history.ts';
import type { Removal, TaskRow } from '../../../local/huaweicloud/rows.ts';
import type { Queues } from '../../../local/queues.ts';
import type { CaseTask, SoakEvent } from '../cases/soak-case.ts';

/** The state after a soak test. */
export interface Evidence {
  /** Tasks of the cases, and those that were created meanwhile. */
  readonly tasks: readonly CaseTask[];
  readonly events: readonly SoakEvent[];
  /** The tasks that exist. */
  readonly left: readonly Pick<TaskRow, 'namespace' | 'repoName' | 'createdAt' | keyof Target>[];
  /** Tasks that the emulator has removed. */
  readonly removals: readonly Removal[];
  readonly entries: readonly LedgerEntry[];
  /** When an entry of the ledger was first written, in milliseconds since the epoch, by its key. */
  readonly writtenAt: ReadonlyMap<string, number>;
  readonly deadMessages: readonly DeadMessage[];
  /** `safety.maxTasksPerRequest` */
  readonly maxTasksPerRequest: number;
}

/** Describes one task of all that have had its name. */
export function describeTask(namespace: string, repository: string, target: Target, createdAt = '?'): string {
  return `${namespace}/${repository} to ${nameOf(target)}, created ${createdAt}`;
}

/** The key of an entry as one text. */
export function keyText({ pk, sk }: { readonly pk: string; readonly sk: string }): string {
  return `${pk} ${sk}`;
}

/** A message of the dead-letter queue. */
export interface DeadMessage {
  readonly body: string;
  readonly reason?: string | undefined;
  readonly code?: string | undefined;
  /** Its cleanup request, if it is readable. */
  readonly request?: CleanupRequest | undefined;
}

const attributesSchema = v.object({
  reason: v.optional(v.string()),
  code: v.optional(v.string()),
  request: v.optional(v.string()),
});

export function readDeadMessage({
  body,
  attributes,
}: ReturnType<Queues['deadLetters']>[number]): DeadMessage {
  const { request, ...others } = v.parse(attributesSchema, attributes);
  const parsed = parseRequest(parseJson(request ?? body), { id: '' });
  return { body, ...others, request: parsed.ok ? parsed.value : undefined };
}

/** True for a message with a reason; one that SQS itself moved has none. */
export function isExplained({ reason, code }: DeadMessage): boolean {
  return reason !== undefined && code !== undefined;
}

/** True for a message that requests the deletion of a task. */
export function isAbout(
  { request }: DeadMessage,
  namespace: string,
  repository: string | undefined,
  target?: Target,
): boolean {
  if (request === undefined || request.namespace !== namespace) return false;
  if (request.repository !== undefined && request.repository !== repository) return false;
  const { targets } = request;
  return (
    target === undefined || targets === undefined || targets.some((each) => nameOf(each) === nameOf(target))
  );
}
