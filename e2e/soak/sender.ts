import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { senders } from '../../cli/send/senders.ts';
import { formatSeconds } from '../../cli/send/signatures.ts';
import { messageOf } from '../../command-line/options.ts';
import type { SoakEvent, SoakWebhook } from './cases/soak-case.ts';
import type { SoakStack } from './soak-stack.ts';
import type { Tally } from './tally.ts';

/** The keys of the sources. */
type Keys = Readonly<Record<SoakWebhook['way'], Buffer>>;

const ATTEMPTS = 40;
const PAUSE_MS = 50;
/** Far beyond the tolerance of Standard Webhooks. */
const STALE_MS = 60 * 60 * 1000;
const SOURCES = { github: 'github', 'standard-webhooks': 'anyone' };

/**
 * Sends an event as its sender does: a webhook that is answered with 5xx is sent again.
 *
 * @returns the problem with the answer; undefined if there is none.
 */
export async function sendEvent(
  event: SoakEvent,
  { url, queues, putEvents }: Pick<SoakStack, 'url' | 'queues' | 'putEvents'>,
  keys: Keys,
  tally: Tally,
): Promise<string | undefined> {
  if (event.way === 'queue') queues.send(event.body);
  else if ('detail' in event) {
    const { source: Source, detailType: DetailType, detail } = event;
    putEvents({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] });
  } else {
    const answered = await post(`${url}/webhooks/${SOURCES[event.way]}`, event, keys, tally);
    if (answered !== String(event.status))
      return `${event.id} was answered ${answered} and not ${event.status}`;
  }
  return undefined;
}

async function post(url: string, event: SoakWebhook, keys: Keys, tally: Tally): Promise<string> {
  let last = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await pause(PAUSE_MS);
    try {
      const headers = { 'Content-Type': 'application/json', ...signEvent(event, keys) };
      const response = await fetch(url, { method: 'POST', headers, body: event.body });
      await response.arrayBuffer();
      last = String(response.status);
      if (response.status < 500) return last;
    } catch (error) {
      last = messageOf(error);
    }
    tally.count('sentAgain', last);
  }
  return last;
}

function signEvent({ way, deliveryId, body, flaw }: SoakWebhook, keys: Keys): Record<string, string> {
  const key = flaw === 'forged' ? randomBytes(32) : keys[way];
  const at = new Date(Date.now() - (flaw === 'stale' ? STALE_MS : 0));
  const headers: Record<string, string> =
    way === 'github'
      ? { 'X-GitHub-Delivery': deliveryId }
      : { 'webhook-id': deliveryId, 'webhook-timestamp': formatSeconds(at) };
  return { ...headers, ...senders[way].sign({ headers, body }, key) };
}
