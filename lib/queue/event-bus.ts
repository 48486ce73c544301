import pMap from 'p-map';
import * as v from 'valibot';
import { callAws } from '../aws/call.ts';
import { toSendableJson } from '../aws/sendable.ts';
import type { BusEvent } from '../cleanup/bus-events.ts';
import { monotonicMs } from '../clock.ts';
import { failureOf } from '../failure.ts';
import { limitedArray } from '../limits.ts';
import type { Log } from '../log.ts';
import type { SweepReport } from '../sweep/report.ts';

const SOURCE = 'swr-sync-cleanup';
/** What PutEvents takes at once. */
const BATCH = 10;
const CALLS_AT_A_TIME = { concurrency: 4 };
/** For all that is announced together. What an invocation keeps for answering is a little longer. */
const TIMEOUT_MS = 800;
/** PutEvents takes 256 KB: so ten of any size fit. */
const MAX_DETAIL_BYTES = 24 * 1024;
const MAX_ITEMS = 5;
const MAX_TEXT_LENGTH = 300;

const answerSchema = v.object({
  Entries: limitedArray(
    v.object({ ErrorCode: v.nullish(v.string()), ErrorMessage: v.nullish(v.string(), '') }),
    BATCH,
    'entries',
  ),
});

export interface EventBusOptions {
  /** Nothing is sent if missing. */
  readonly name: string | undefined;
  readonly stage: string;
  readonly log: Log;
}

const OUT_OF_TIME = { code: 'DEADLINE', message: 'there was no time left to publish it' };

interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

interface Problem {
  readonly code: string;
  readonly message: string;
}

/**
 * Tells others what was done, as well as it can: the ledger is the record. Nothing waits for it but the end of an invocation,
 * and what can't be sent is a line in the log.
 */
export class EventBus {
  readonly #options: EventBusOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Begins to send. Call `flush` before the invocation ends. */
  publish(events: readonly BusEvent[]): void {
    const { name, stage } = this.#options;
    if (name === undefined || events.length === 0) return;
    const isLong = lengthMemory();
    const entries = events.map(({ type, detail }) => ({
      EventBusName: name,
      Source: SOURCE,
      DetailType: type,
      Detail: writeDetail({ version: 1, stage, ...detail }, Object.values(detail).some(isLong)),
    }));
    const sending = this.#send(entries).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** Tells what a sweep has come to, and waits for it. */
  publishSweep(report: SweepReport): Promise<void> {
    this.publish([{ type: 'Sweep Finished', detail: report }]);
    return this.flush();
  }

  /** Waits for what is being sent: a function that has answered stands still. */
  async flush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #send(entries: readonly Entry[]): Promise<void> {
    const giveUpAt = monotonicMs() + TIMEOUT_MS;
    const starts = entries.flatMap((_, index) => (index % BATCH === 0 ? [index] : []));
    const results = await pMap(
      starts,
      (start) => putEvents(entries.slice(start, start + BATCH), giveUpAt - monotonicMs()),
      CALLS_AT_A_TIME,
    );
    const problems = results.flat();
    const [first] = problems;
    if (first !== undefined) this.#options.log.warn('not published', { count: problems.length, ...first });
  }
}

/** @returns why, for each that the bus has not taken. */
async function putEvents(Entries: readonly Entry[], timeoutMs: number): Promise<Problem[]> {
  if (timeoutMs <= 0) return Entries.map(() => OUT_OF_TIME);
  try {
    const input = { Entries };
    const answer = await callAws({ service: 'events', action: 'PutEvents', input, timeoutMs });
    return v
      .parse(answerSchema, answer)
      .Entries.flatMap(({ ErrorCode: code, ErrorMessage: message }) => (code ? [{ code, message }] : []));
  } catch (error) {
    const { code, message } = failureOf(error);
    return Entries.map(() => ({ code, message }));
  }
}

type Cut = (key: string, value: unknown) => unknown;

const cutLong: Cut = (_, value) => {
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS);
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : value;
};
/** A task is what SWR says that it is. */
const cutTask: Cut = (key, value) => (key === 'task' ? undefined : cutLong(key, value));

/** Whether a part of a detail is too long by itself. Each is written once for that: one request is in all of its events. */
function lengthMemory(): (part: unknown) => boolean {
  const known = new Map<object, boolean>();
  return (part) => {
    if (typeof part !== 'object' || part === null) return false;
    const isLong = known.get(part) ?? JSON.stringify(part).length > MAX_DETAIL_BYTES;
    known.set(part, isLong);
    return isLong;
  };
}

/** The detail as JSON. One that is very large is cut down, and says so. */
function writeDetail(detail: object, isLong: boolean): string {
  const whole = isLong ? undefined : toSendableJson(detail);
  if (whole !== undefined && Buffer.byteLength(whole) <= MAX_DETAIL_BYTES) return whole;
  const cutWith = (cut: Cut) =>
    toSendableJson(JSON.parse(JSON.stringify({ ...detail, truncated: true }, cut)));
  const text = cutWith(cutLong);
  return Buffer.byteLength(text) <= MAX_DETAIL_BYTES ? text : cutWith(cutTask);
}
