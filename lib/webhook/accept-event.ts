import type { Queue } from '../aws/queue.ts';
import { toSendableJson } from '../aws/sendable.ts';
import { arrivedAt, type CleanupRequest, validateNames } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import { joinTexts } from '../cut-text.ts';
import { httpRequest } from '../http/http-request.ts';
import { show } from '../issues.ts';
import { MAX_OUTPUT_BYTES, takeFitting } from '../limits.ts';
import type { Log } from '../log.ts';
import { resolveEvents } from '../routing/resolve.ts';
import { shortenLabel, type VerifiedDelivery } from './configured-source.ts';
import { Problem } from './problem.ts';

/** GitHub gives up after 10 s, and a cold start has to fit in as well. */
const QUEUE_TIMEOUT_MS = 4000;

/** The status and an id come beside them. */
const MAX_LISTED_BYTES = MAX_OUTPUT_BYTES - 4 * 1024;

export type Acceptance =
  | {
      readonly status: 'accepted';
      readonly id: string;
      readonly requests: readonly CleanupRequest[];
      /** Number of requests that are queued and not listed: an answer has a limit. */
      readonly more?: number;
    }
  | { readonly status: 'ignored'; readonly reason: string };

export interface AcceptContext {
  readonly config: Config;
  readonly queue: Queue;
  readonly log: Log;
  /** Milliseconds since the epoch; the time of arrival. */
  readonly now?: () => number;
}

/**
 * Takes a verified delivery in: once this has returned, the queue has the request, or there is nothing to be done.
 *
 * @param body the delivery's body, parsed.
 * @throws {Problem} 422 if it can't be read, 503 if the queue doesn't take it.
 */
export async function acceptEvent(
  { from: { name, source }, signed, deliveryId }: VerifiedDelivery,
  body: unknown,
  { config, queue, log, now = Date.now }: AcceptContext,
): Promise<Acceptance> {
  const startedAt = Date.now();
  // Made of what is signed alone: whoever sends a delivery again can't have it taken for another one.
  const origin = { source: name, id: `webhook:${name}:${signed.key}` };
  const receivedAt = new Date(now()).toISOString();
  const sourceEvents = [source.interpret(body, signed, receivedAt)].flat();
  const {
    issues,
    ignored,
    undecided,
    confirmUrls,
    requests: named,
  } = resolveEvents(sourceEvents, origin, config);
  if (issues.length > 0) {
    throw new Problem(422, 'The event does not have the shape that this source documents.', { issues });
  }
  if (undecided.length > 0) {
    const detail = `The event can not be told from others: ${joinTexts(undecided)}.`;
    throw new Problem(422, detail, { code: 'AMBIGUOUS_EVENT' });
  }
  const reasons = [...ignored];
  for (const url of confirmUrls) reasons.push(await confirmSubscription(url));
  const accepted: CleanupRequest[] = [];
  for (const request of named) {
    const issue = validateNames(request);
    if (issue === undefined) accepted.push(request);
    else reasons.push(issue);
  }
  const siblings = accepted.length - 1;
  const requests = accepted.map((request) =>
    arrivedAt({ ...request, ...origin, ...labelOf(request, deliveryId), siblings }, receivedAt),
  );
  const [first] = requests;
  if (first === undefined) {
    const reason = joinTexts(reasons) || 'the event is an empty batch';
    log.info('ignored', { source: name, deliveryId, reason });
    return { status: 'ignored', reason };
  }
  for (const request of requests) {
    requireAccount(request, config);
    const { id, deliveryId: label, namespace, repository } = request;
    log.info('routed', { source: name, id, deliveryId: label, namespace, repository });
  }
  await enqueue(requests, queue);
  const { id, deliveryId: label } = first;
  const ms = Date.now() - startedAt;
  log.info('queued', { source: name, id, deliveryId: label, requests: requests.length, ms });
  const { first: listed, more } = takeFitting(requests, MAX_LISTED_BYTES);
  return { status: 'accepted', id, requests: listed, ...(more > 0 && { more }) };
}

/** The label of a request: the sender's id of the delivery, else what the event calls itself. */
function labelOf(
  { deliveryId: said }: CleanupRequest,
  sent: string | undefined,
): Pick<CleanupRequest, 'deliveryId'> {
  const label = sent ?? said;
  return label ? { deliveryId: shortenLabel(label) } : {};
}

async function enqueue(requests: readonly CleanupRequest[], queue: Queue): Promise<void> {
  try {
    await queue.send(requests.map(toSendableJson), QUEUE_TIMEOUT_MS);
  } catch (cause) {
    const detail = 'The event was read, but could not be queued. Send it again.';
    throw new Problem(503, detail, { headers: { 'Retry-After': '10' }, cause });
  }
}

/** @returns what has been done. */
async function confirmSubscription(confirmUrl: string): Promise<string> {
  let status: number;
  try {
    const url = new URL(confirmUrl);
    ({ status } = await httpRequest({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: 5000,
      maxBodyBytes: 64 * 1024,
    }));
  } catch (cause) {
    throw new Problem(503, 'The subscription could not be confirmed. Send it again.', { cause });
  }
  if (status >= 200 && status < 300) return 'the subscription is confirmed';
  throw new Problem(
    503,
    `The subscription could not be confirmed: its address answered ${status}. Send it again.`,
  );
}

function requireAccount({ account }: CleanupRequest, { accounts }: Config): void {
  if (account === undefined || Object.hasOwn(accounts, account)) return;
  const issue = { path: 'data.account', found: show(account), expected: 'a configured account' };
  throw new Problem(422, 'The event names an account that is not configured.', { issues: [issue] });
}
