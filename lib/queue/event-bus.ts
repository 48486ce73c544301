import pMap from 'p-map';
import * as v from 'valibot';
import { callAws } from '../aws/call.ts';
import { toSendableJson } from '../aws/sendable.ts';
import { type CleanupResult, type FailedOutcome, failedOutcomes } from '../cleanup/outcome.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import { monotonicMs } from '../clock.ts';
import { type Failure, failureOf } from '../failure.ts';
import { limitedArray } from '../limits.ts';
import type { Log } from '../log.ts';
import type { SweepReport } from '../sweep/ledger.ts';

const EVENT_SOURCE = 'swr-sync-cleanup';
/** Limit of PutEvents. */
const MAX_ENTRIES = 10;
const MAX_CONCURRENT_PUTS = { concurrency: 4 };
/** Limit for all events that are published together; shorter than the time that an invocation reserves for its answer. */
const PUBLISH_TIMEOUT_MS = 800;
/** Ten entries fit into the 256 KB of PutEvents. */
const MAX_DETAIL_BYTES = 24 * 1024;
const MAX_CUT_ITEMS = 5;
const MAX_CUT_LENGTH = 300;

const putAnswerSchema = v.object({
  Entries: limitedArray(
    v.object({ ErrorCode: v.nullish(v.string()), ErrorMessage: v.nullish(v.string(), '') }),
    MAX_ENTRIES,
    'entries',
  ),
});

export interface EventBusOptions {
  /** Without a name, no event is published. */
  readonly name: string | undefined;
  readonly stage: string;
  readonly log: Log;
}

/** Event of the bus; `docs/events` has the schema of each detail. */
export interface BusEvent {
  readonly type: 'Sync Task Deleted' | 'Sync Task Kept' | 'Cleanup Failed' | 'Sweep Finished';
  readonly detail: object;
}

/** Events for the deleted and kept tasks of a request. */
export function busEventsOf({ request, outcomes }: CleanupResult): BusEvent[] {
  return outcomes.flatMap((each): BusEvent[] => {
    const { repository = request.repository, ...outcome } = each;
    const detail = { request, ...(repository !== undefined && { repository }), ...outcome };
    if (outcome.outcome === 'deleted') return [{ type: 'Sync Task Deleted', detail }];
    return outcome.outcome === 'kept' ? [{ type: 'Sync Task Kept', detail }] : [];
  });
}

/** `Cleanup Failed` event for a message in the dead-letter queue; `request` if it could be read. */
export function deadLetteredEvent(failures: readonly FailedOutcome[], request?: CleanupRequest): BusEvent {
  return failedEvent({ ...(request && { request }), deadLettered: true }, failures);
}

/** `Cleanup Failed` event for a failed direct invocation; none without failures. */
export function failedAnswerEvents({ request, outcomes }: CleanupResult): BusEvent[] {
  const failures = failedOutcomes(outcomes);
  return failures.length === 0 ? [] : [failedEvent({ request, deadLettered: false }, failures)];
}

function failedEvent(detail: object, failed: readonly FailedOutcome[]): BusEvent {
  const failures = failed.map((each) => {
    const { outcome: _, task: __, retryAfterSeconds: ___, ...failure } = each;
    return failure;
  });
  return { type: 'Cleanup Failed', detail: { ...detail, failures } };
}

type PublishFailure = Pick<Failure, 'code' | 'message'>;

/**
 * Publishes events on the service's bus, best effort: the ledger is the record. Only the end of an invocation waits for it, and
 * a failure is one log line.
 */
export class EventBus {
  readonly #options: EventBusOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Starts publishing. Call `flush` before the invocation ends. */
  publish(events: readonly BusEvent[]): void {
    const { name, stage } = this.#options;
    if (name === undefined || events.length === 0) return;
    const isLong = lengthMemory();
    const entries = events.map(({ type, detail }) => ({
      EventBusName: name,
      Source: EVENT_SOURCE,
      DetailType: type,
      Detail: writeDetail({ version: 1, stage, ...detail }, Object.values(detail).some(isLong)),
    }));
    const sending = this.#send(entries).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** Publishes the report of a sweep, and waits for the result. */
  publishSweep(report: SweepReport): Promise<void> {
    this.publish([{ type: 'Sweep Finished', detail: report }]);
    return this.flush();
  }

  /** Waits for all events: Lambda freezes a function that has answered. */
  async flush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #send(entries: readonly object[]): Promise<void> {
    const endsAt = monotonicMs() + PUBLISH_TIMEOUT_MS;
    const starts = entries.flatMap((_, index) => (index % MAX_ENTRIES === 0 ? [index] : []));
    const results = await pMap(
      starts,
      (start) => putOnBus(entries.slice(start, start + MAX_ENTRIES), endsAt - monotonicMs()),
      MAX_CONCURRENT_PUTS,
    );
    const failures = results.flat();
    const [first] = failures;
    if (first !== undefined) this.#options.log.warn('not published', { count: failures.length, ...first });
  }
}

/** @returns a failure for each entry that the bus has not accepted. */
async function putOnBus(Entries: readonly object[], timeoutMs: number): Promise<PublishFailure[]> {
  if (timeoutMs <= 0)
    return Entries.map(() => ({ code: 'DEADLINE', message: 'No time left to publish the event' }));
  try {
    const input = { Entries };
    const answer = await callAws({ service: 'events', action: 'PutEvents', input, timeoutMs });
    return v
      .parse(putAnswerSchema, answer)
      .Entries.flatMap(({ ErrorCode: code, ErrorMessage: message }) => (code ? [{ code, message }] : []));
  } catch (error) {
    const { code, message } = failureOf(error);
    return Entries.map(() => ({ code, message }));
  }
}

type Cut = (key: string, value: unknown) => unknown;

const cutLong: Cut = (_, value) => {
  if (Array.isArray(value)) return value.slice(0, MAX_CUT_ITEMS);
  return typeof value === 'string' ? value.slice(0, MAX_CUT_LENGTH) : value;
};
/** Also omits the task, whose length SWR determines. */
const cutTask: Cut = (key, value) => (key === 'task' ? undefined : cutLong(key, value));

/** Creates a check for parts that are too long for a detail. It measures each part once: all events of a request share it. */
function lengthMemory(): (part: unknown) => boolean {
  const known = new Map<object, boolean>();
  return (part) => {
    if (typeof part !== 'object' || part === null) return false;
    const isLong = known.get(part) ?? JSON.stringify(part).length > MAX_DETAIL_BYTES;
    known.set(part, isLong);
    return isLong;
  };
}

/** Writes a detail as JSON. A large one is cut, and has `truncated`. */
function writeDetail(detail: object, isLong: boolean): string {
  const whole = isLong ? undefined : toSendableJson(detail);
  if (whole !== undefined && Buffer.byteLength(whole) <= MAX_DETAIL_BYTES) return whole;
  const cutWith = (cut: Cut) =>
    toSendableJson(JSON.parse(JSON.stringify({ ...detail, truncated: true }, cut)));
  const text = cutWith(cutLong);
  return Buffer.byteLength(text) <= MAX_DETAIL_BYTES ? text : cutWith(cutTask);
}
