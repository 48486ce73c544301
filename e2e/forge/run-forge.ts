import { Random } from '../soak/random.ts';
import { toEvent } from './delivery.ts';
import { type Forgery, forgeDelivery, forgeEveryHuge, type Reference } from './forge-delivery.ts';
import type { Sender } from './genuine.ts';
import { canonicalOf, judge } from './judge.ts';
import type { Received, Receiver } from './receiver.ts';

/** After so many deliveries the genuine ones are proved and sent anew: signed times don't stay valid for long. */
const REFRESH_EVERY = 5000;
const SHOWN_VIOLATIONS = 20;

interface Violation {
  /** Which delivery it is, from 1. */
  readonly number: number;
  readonly kind: string;
  readonly sample: string;
  readonly reason: string;
  readonly event: unknown;
}

export interface ForgeReport {
  sent: number;
  failed: number;
  /** How many mutated ones queued what their genuine one does. */
  same: number;
  readonly byStatus: Map<number, number>;
  readonly byKind: Map<string, number>;
  /** The first few. */
  readonly violations: Violation[];
}

export interface ForgeOptions {
  readonly deliveries: number;
  readonly seed: number;
  readonly senders: readonly Sender[];
  readonly receiver: Pick<Receiver, 'receive'>;
  /** Is told how many have been sent. */
  readonly onProgress?: (sent: number) => void;
}

/**
 * Sends forged and mutated deliveries of every source, and judges what becomes of each.
 *
 * @throws {Error} if the genuine ones of a source lead to nothing: then refused forgeries would prove nothing.
 */
export async function runForge(options: ForgeOptions): Promise<ForgeReport> {
  const { deliveries, seed, senders, receiver, onProgress = () => {} } = options;
  const random = new Random(seed);
  const report: ForgeReport = {
    sent: 0,
    failed: 0,
    same: 0,
    byStatus: new Map(),
    byKind: new Map(),
    violations: [],
  };
  const send = async (forgery: Forgery, { sample, queued }: Pick<Reference, 'sample' | 'queued'>) => {
    const event = toEvent(forgery.delivery);
    // The function may write on its event.
    const received = await receiver.receive(structuredClone(event));
    note(report, forgery, received, {
      sample: sample.name,
      event,
      reason: judge(forgery.claim, received, queued),
    });
    onProgress(report.sent);
    return received;
  };

  const proveAll = async (): Promise<Reference[][]> => {
    const all: Reference[][] = [];
    for (const sender of senders) {
      const references: Reference[] = [];
      for (const sample of sender.samples) {
        const delivery = sender.prove(sample, sample.body, random);
        const genuine: Forgery = { kind: 'genuine', claim: 'any', delivery };
        const { queued } = await send(genuine, { sample, queued: [] });
        references.push({ sender, sample, delivery, queued: queued.map(canonicalOf) });
      }
      if (references.every(({ queued }) => queued.length === 0))
        throw new Error(
          `No genuine delivery of ${sender.source} was accepted: forged ones would prove nothing.`,
        );
      all.push(references);
    }
    return all;
  };

  let references = await proveAll();
  // Memory has to have seen what takes most of it before it is measured.
  for (const [reference] of references) {
    if (reference === undefined) continue;
    for (const forgery of forgeEveryHuge(reference, random)) await send(forgery, reference);
  }
  let refreshedAt = report.sent;
  while (report.sent < deliveries) {
    if (report.sent - refreshedAt >= REFRESH_EVERY) {
      references = await proveAll();
      refreshedAt = report.sent;
    }
    const reference = random.pick(random.pick(references));
    await send(forgeDelivery(reference, random, senders), reference);
  }
  return report;
}

function note(
  report: ForgeReport,
  { kind, claim }: Forgery,
  { status, queued }: Received,
  { sample, event, reason }: { sample: string; event: unknown; reason: string | undefined },
): void {
  report.sent += 1;
  report.byStatus.set(status, (report.byStatus.get(status) ?? 0) + 1);
  report.byKind.set(kind, (report.byKind.get(kind) ?? 0) + 1);
  if (reason === undefined) {
    if (claim === 'same' && queued.length > 0) report.same += 1;
    return;
  }
  report.failed += 1;
  if (report.violations.length < SHOWN_VIOLATIONS)
    report.violations.push({ number: report.sent, kind, sample, reason, event });
}
