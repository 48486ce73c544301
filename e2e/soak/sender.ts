import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../command-line/options.ts';
import type { EventContent, SoakEvent } from './cases/soak-case.ts';
import type { SoakStack } from './soak-stack.ts';
import type { Tally } from './tally.ts';

/** The keys of the sources. */
interface Keys {
  readonly github: Buffer;
  readonly standardWebhooks: Buffer;
}

type Webhook = Extract<EventContent, { deliveryId: string }>;

const ATTEMPTS = 40;
const PAUSE_MS = 50;
/** Far beyond the tolerance of Standard Webhooks. */
const STALE_MS = 60 * 60 * 1000;
const SOURCES = { github: 'github', 'standard-webhooks': 'anyone' };

/** Sends events as their senders do: a webhook that is answered with 5xx is sent again. */
export class EventSender {
  readonly #stack: Pick<SoakStack, 'url' | 'queues' | 'putEvents'>;
  readonly #keys: Keys;
  readonly #tally: Tally;

  constructor(stack: Pick<SoakStack, 'url' | 'queues' | 'putEvents'>, keys: Keys, tally: Tally) {
    this.#stack = stack;
    this.#keys = keys;
    this.#tally = tally;
  }

  /** @returns the problem with the answer; undefined if there is none. */
  async send({ id, content, status: expected }: SoakEvent): Promise<string | undefined> {
    if (content.to === 'queue') this.#stack.queues.send(content.body);
    else if (content.to === 'bus') {
      const { source: Source, type: DetailType, detail } = content;
      this.#stack.putEvents({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] });
    } else {
      const answered = await this.#post(content);
      if (answered !== String(expected)) return `${id} was answered ${answered} and not ${expected}`;
    }
    return undefined;
  }

  async #post(webhook: Webhook): Promise<string> {
    const url = `${this.#stack.url}/webhooks/${SOURCES[webhook.to]}`;
    let last = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (attempt > 1) await pause(PAUSE_MS);
      try {
        const headers = { 'Content-Type': 'application/json', ...this.#sign(webhook) };
        const response = await fetch(url, { method: 'POST', headers, body: webhook.body });
        await response.arrayBuffer();
        last = String(response.status);
        if (response.status < 500) return last;
      } catch (error) {
        last = messageOf(error);
      }
      this.#tally.count('sent again', last);
    }
    return last;
  }

  #sign({ to, deliveryId, body, flaw }: Webhook): Record<string, string> {
    const key = to === 'github' ? this.#keys.github : this.#keys.standardWebhooks;
    const used = flaw === 'forged' ? createHmac('sha256', key).digest() : key;
    const sign = (text: string) => createHmac('sha256', used).update(text).digest();
    if (to === 'github')
      return {
        'X-GitHub-Delivery': deliveryId,
        'X-Hub-Signature-256': `sha256=${sign(body).toString('hex')}`,
      };
    const ms = Date.now() - (flaw === 'stale' ? STALE_MS : 0);
    const timestamp = String(Math.floor(ms / 1000));
    return {
      'webhook-id': deliveryId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${sign(`${deliveryId}.${timestamp}.${body}`).toString('base64')}`,
    };
  }
}
