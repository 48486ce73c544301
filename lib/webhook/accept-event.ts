import type { Queue } from '../aws/queue.ts';
import { toSendableJson } from '../aws/sendable.ts';
import { type CleanupRequest, faultOfNames } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import { show } from '../faults.ts';
import type { Log } from '../log.ts';
import { resolveMeaning } from '../sources/meaning.ts';
import type { Delivery } from '../sources/source.ts';
import type { KeyedSource } from './keyed-source.ts';
import { Problem } from './problem.ts';

/** GitHub gives up after 10 s, and a cold start has to fit in as well. */
const QUEUE_TIMEOUT_MS = 4000;

export type Acceptance =
  | { readonly status: 'accepted'; readonly id: string; readonly requests: readonly CleanupRequest[] }
  | { readonly status: 'ignored'; readonly reason: string };

export interface AcceptContext {
  readonly config: Config;
  readonly queue: Queue;
  readonly log: Log;
}

/**
 * Takes a verified delivery in: once this has returned, the queue has the request, or there is nothing to be done.
 *
 * @param body the delivery's body, parsed.
 * @throws {Problem} 422 if it can't be read, 503 if the queue doesn't take it.
 */
export async function acceptEvent(
  { name, source }: KeyedSource,
  delivery: Delivery,
  body: unknown,
  { config, queue, log }: AcceptContext,
): Promise<Acceptance> {
  const meaning = source.interpret(delivery, body, new Date().toISOString());
  const resolved = resolveMeaning(meaning, name, config.routes);
  if (resolved.type === 'unreadable') {
    throw new Problem(422, 'The event does not have the shape that this source documents.', {
      faults: resolved.faults,
    });
  }
  const reason = resolved.type === 'ignored' ? resolved.reason : faultOfNames(resolved.request);
  if (resolved.type === 'ignored' || reason !== undefined) {
    log.info('ignored', { source: name, reason });
    return { status: 'ignored', reason: reason ?? '' };
  }
  const request = { ...resolved.request, source: name };
  requireAccount(request, config);
  log.info('routed', {
    source: name,
    id: request.id,
    namespace: request.namespace,
    repository: request.repository,
  });
  const startedAt = Date.now();
  try {
    await queue.send([toSendableJson(request)], QUEUE_TIMEOUT_MS);
  } catch (cause) {
    const detail = 'The event was read, but could not be queued. Send it again.';
    throw new Problem(503, detail, { headers: { 'Retry-After': '10' }, cause });
  }
  log.info('queued', { source: name, id: request.id, ms: Date.now() - startedAt });
  return { status: 'accepted', id: request.id, requests: [request] };
}

function requireAccount({ account }: CleanupRequest, { accounts }: Config): void {
  if (account === undefined || Object.hasOwn(accounts, account)) return;
  const fault = { path: 'data.account', found: show(account), expected: 'a configured account' };
  throw new Problem(422, 'The event names an account that is not configured.', { faults: [fault] });
}
