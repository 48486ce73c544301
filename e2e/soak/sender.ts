import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { formatSeconds, signHex, signStandard } from '../../cli/send/signatures.ts';
import { messageOf } from '../../command-line/options.ts';
import type { SoakStack } from './stack.ts';
import type { Delivery, Message } from './story.ts';
import type { Tally } from './tally.ts';

/** What the sources sign with. */
export interface Keys {
  readonly github: Buffer;
  readonly standardWebhooks: Buffer;
}

type Webhook = Extract<Message, { to: 'github' | 'standard-webhooks' }>;

const TRIES = 40;
const PAUSE_MS = 50;
/** Far beyond the tolerance of Standard Webhooks. */
const STALE_MS = 60 * 60 * 1000;
const ADDRESSES = { github: 'github', 'standard-webhooks': 'anyone' };

/** Sends events, as their senders do it: what is answered with a failure is sent again. */
export class Sender {
  readonly #stack: Pick<SoakStack, 'url' | 'queues' | 'putEvents'>;
  readonly #keys: Keys;
  readonly #tally: Tally;

  constructor(stack: Pick<SoakStack, 'url' | 'queues' | 'putEvents'>, keys: Keys, tally: Tally) {
    this.#stack = stack;
    this.#keys = keys;
    this.#tally = tally;
  }

  /** @returns what is wrong with the answer; undefined if nothing is. */
  async send({ id, message, status: expected }: Delivery): Promise<string | undefined> {
    if (message.to === 'queue') this.#stack.queues.send(message.body);
    else if (message.to === 'bus') {
      const { source, type, detail } = message;
      const entry = { Source: source, DetailType: type, Detail: JSON.stringify(detail) };
      this.#stack.putEvents({ Entries: [entry] });
    } else {
      const answered = await this.#post(message);
      if (answered !== String(expected)) return `${id} was answered ${answered} and not ${expected}`;
    }
    return undefined;
  }

  async #post(message: Webhook): Promise<string> {
    const url = `${this.#stack.url}/webhooks/${ADDRESSES[message.to]}`;
    let last = '';
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      if (attempt > 1) await pause(PAUSE_MS);
      try {
        const headers = this.#prove(message);
        const response = await fetch(url, { method: 'POST', headers, body: message.body });
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

  #prove({ to, deliveryId, body, flaw }: Webhook): Record<string, string> {
    const key = to === 'github' ? this.#keys.github : this.#keys.standardWebhooks;
    const used = flaw === 'forged' ? createHmac('sha256', key).digest() : key;
    const content = { 'Content-Type': 'application/json' };
    if (to === 'github') {
      const labelled = { ...content, 'X-GitHub-Delivery': deliveryId };
      return { ...labelled, ...signHex('X-Hub-Signature-256', 'sha256=')({ headers: labelled, body }, used) };
    }
    const at = new Date(Date.now() - (flaw === 'stale' ? STALE_MS : 0));
    const signed = { ...content, 'webhook-id': deliveryId, 'webhook-timestamp': formatSeconds(at) };
    return { ...signed, ...signStandard({ headers: signed, body }, used) };
  }
}
