import type { HttpEvent } from '../../lib/webhook/http-event.ts';
import { Random } from '../soak/random.ts';
import { Tally } from '../soak/tally.ts';
import { toEvent } from './delivery.ts';
import {
  type Expected,
  type Forgery,
  forgeDelivery,
  forgeEveryHuge,
  type GenuineDelivery,
  makeSampleId,
} from './forge-delivery.ts';
import type { ForgeResult } from './receiver.ts';
import type { ForgeSender } from './senders.ts';

/** Deliveries until the genuine ones are signed and sent anew: signed times don't stay valid for long. */
const REFRESH_EVERY = 5000;
const SHOWN_FAILURES = 20;

/** Result of a run. */
export interface ForgeReport {
  sent: number;
  failed: number;
  /** Number of mutated deliveries that queued what their genuine one does. */
  same: number;
  /** Counts by `kind` and by `status`. */
  readonly tally: Tally;
  /** The first few; `number` counts deliveries from 1. */
  readonly failures: { number: number; kind: string; sample: string; reason: string; event: HttpEvent }[];
}

export interface ForgeOptions {
  readonly deliveries: number;
  readonly seed: number;
  readonly senders: readonly ForgeSender[];
  readonly receiver: { receive(event: HttpEvent): Promise<ForgeResult> };
  /** Called with the number of deliveries sent so far. */
  readonly onProgress?: (sent: number) => void;
}

/**
 * Sends forged and mutated deliveries of every source, and checks each result.
 *
 * @throws {Error} if no genuine delivery of a source is accepted: then rejected forgeries mean nothing.
 */
export async function runForge(options: ForgeOptions): Promise<ForgeReport> {
  const { deliveries, seed, senders, receiver, onProgress = () => {} } = options;
  const random = new Random(seed);
  const report: ForgeReport = { sent: 0, failed: 0, same: 0, tally: new Tally(), failures: [] };
  const send = async (
    { kind, expected, delivery }: Forgery,
    { sample, queued }: Pick<GenuineDelivery, 'sample' | 'queued'>,
  ) => {
    const event = toEvent(delivery);
    // The function may write on its event.
    const received = await receiver.receive(structuredClone(event));
    report.sent += 1;
    report.tally.count('status', String(received.status));
    report.tally.count('kind', kind);
    const reason = checkReceived(expected, received, queued);
    if (reason !== undefined) {
      report.failed += 1;
      if (report.failures.length < SHOWN_FAILURES)
        report.failures.push({ number: report.sent, kind, sample: sample.name, reason, event });
    } else if (expected === 'same' && received.queued.length > 0) report.same += 1;
    onProgress(report.sent);
    return received;
  };

  const signAll = async (): Promise<GenuineDelivery[][]> => {
    const all: GenuineDelivery[][] = [];
    for (const sender of senders) {
      const references: GenuineDelivery[] = [];
      for (const sample of sender.samples) {
        const delivery = sender.sign(sample, sample.body, makeSampleId(random));
        const genuine: Forgery = { kind: 'genuine', expected: 'any', delivery };
        const { queued } = await send(genuine, { sample, queued: [] });
        references.push({ sender, sample, delivery, queued: queued.map(canonicalOf) });
      }
      if (references.every(({ queued }) => queued.length === 0))
        throw new Error(
          `No genuine delivery of ${sender.source} was accepted: rejected forgeries would mean nothing.`,
        );
      all.push(references);
    }
    return all;
  };

  let references = await signAll();
  // Memory has to have seen what takes most of it before it is measured.
  for (const [reference] of references) {
    if (reference === undefined) continue;
    for (const forgery of forgeEveryHuge(reference, random)) await send(forgery, reference);
  }
  let refreshedAt = report.sent;
  while (report.sent < deliveries) {
    if (report.sent - refreshedAt >= REFRESH_EVERY) {
      references = await signAll();
      refreshedAt = report.sent;
    }
    const reference = random.pick(random.pick(references));
    await send(forgeDelivery(reference, random, senders), reference);
  }
  return report;
}

/** Limit of answers and log lines, for any delivery. */
const MAX_TEXT = 64 * 1024;

/** @returns the problem with a result; undefined if there is none. */
function checkReceived(
  expected: Expected,
  received: ForgeResult,
  genuine: readonly string[],
): string | undefined {
  const { status, answer, queued, longestLine, called } = received;
  if (status >= 500) return `answered ${status}: ${answer.slice(0, 300)}`;
  if (answer.length > MAX_TEXT) return `answered with ${answer.length} characters`;
  if (longestLine > MAX_TEXT) return `logged a line of ${longestLine} characters`;
  const foreign = called.find((host) => !/\.(?:amazonaws|myhuaweicloud)\.com$/.test(host));
  if (foreign !== undefined) return `called ${foreign}`;
  if ((status === 202) !== queued.length > 0)
    return `answered ${status}, and queued ${queued.length} messages`;
  if (expected === 'rejected' && status < 400) return `answered ${status} to an unauthenticated delivery`;
  if (expected !== 'same' || queued.length === 0) return undefined;
  const wanted = genuine.join('\n');
  const found = queued.map(canonicalOf).join('\n');
  return found === wanted ? undefined : `queued ${found}, and its genuine delivery ${wanted || 'nothing'}`;
}

/** Times since then are of arrival, or signed for this run. */
const STARTED_AT = Date.now();
const CLOCK_STEP_MS = 1000;

/** A message without what may differ between two arrivals: the sender's label, which isn't signed, and a time of this run. */
function canonicalOf(message: string): string {
  const request: unknown = JSON.parse(message);
  if (typeof request !== 'object' || request === null) return message;
  const { deliveryId: _, ...others } = { deliveryId: undefined, ...request };
  const occurredAt = 'occurredAt' in others ? Date.parse(String(others.occurredAt)) : Number.NaN;
  const isOfThisRun = occurredAt >= STARTED_AT && occurredAt <= Date.now() + CLOCK_STEP_MS;
  return JSON.stringify({ ...others, ...(isOfThisRun && { occurredAt: 'of this run' }) });
}
