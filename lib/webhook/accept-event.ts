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

/** Time limit for queueing. GitHub gives up after 10 s, which include a cold start. */
const QUEUE_TIMEOUT_MS = 4000;

/** Limit for the listed requests, with room for the status and an id. */
const MAX_LISTED_BYTES = MAX_OUTPUT_BYTES - 4 * 1024;

/** Result of a delivery. */
export type Acceptance =
  | {
      readonly status: 'accepted';
      readonly id: string;
      readonly requests: readonly CleanupRequest[];
      /** Number of queued requests that are not listed, since an answer has a size limit. */
      readonly more?: number;
    }
  | { readonly status: 'ignored'; readonly reason: string };

/** Dependencies of `acceptEvent`. */
export interface AcceptContext {
  readonly config: Config;
  readonly queue: Queue;
  readonly log: Log;
  /** Time of arrival in milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Accepts a verified delivery: the queue has the requests when the function returns, or there is nothing to do.
 *
 * @param body parsed body of the delivery.
 * @throws {Problem} 422 if the event is invalid or ambiguous, 503 if the queue or a subscription fails.
 */
export async function acceptEvent(
  { from: { name, source }, signed, deliveryId }: VerifiedDelivery,
  body: unknown,
  { config, queue, log, now = Date.now }: AcceptContext,
): Promise<Acceptance> {
  const startedAt = Date.now();
  // The id depends on signed content only, so a replayed delivery has the same one.
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
    const detail = `Ambiguous event: ${joinTexts(undecided)}.`;
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

/** Label of a request: the sender's id of the delivery, else the event's own id. */
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
    const detail = 'The event could not be queued. Redeliver it.';
    throw new Problem(503, detail, { headers: { 'Retry-After': '10' }, cause });
  }
}

/** Confirms a subscription. Returns the reason for the answer. */
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
    throw new Problem(503, 'The subscription could not be confirmed. Redeliver the event.', { cause });
  }
  if (status >= 200 && status < 300) return 'the subscription is confirmed';
  throw new Problem(
    503,
    `The subscription could not be confirmed: its address answered ${status}. Redeliver the event.`,
  );
}

function requireAccount({ account }: CleanupRequest, { accounts }: Config): void {
  if (account === undefined || Object.hasOwn(accounts, account)) return;
  const issue = { path: 'data.account', found: show(account), expected: 'a configured account' };
  throw new Problem(422, 'The event names an unknown account.', { issues: [issue] });
}
