import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Log } from '../../lib/log.ts';
import { EventBus } from '../../lib/queue/event-bus.ts';
import { AWS_ACCESS, setVariables } from './environment.ts';
import { faultsOfEvent } from './event-schemas.ts';
import { respond, startLoopbackServer } from './loopback-server.ts';

const NAME = 'test-bus';
/** Limits of PutEvents. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

const putSchema = v.strictObject({
  Entries: v.array(
    v.strictObject({
      EventBusName: v.literal(NAME),
      Source: v.literal('swr-sync-cleanup'),
      DetailType: v.string(),
      Detail: v.string(),
    }),
  ),
});
const detailSchema = v.looseObject({ version: v.literal(1), stage: v.string() });

interface SentEvent {
  readonly type: string;
  readonly detail: v.InferOutput<typeof detailSchema>;
}

/** EventBridge on loopback, with one bus. */
export interface BusOnLoopback {
  readonly name: string;
  readonly endpoint: string;
  /** Events on the bus. */
  readonly events: readonly SentEvent[];
  /** Number of calls. */
  readonly calls: number;
  detailsOf(type: string): readonly SentEvent['detail'][];
  open(log: Log): EventBus;
  clear(): void;
  /** @throws {Error} if something was put on the bus that its documented schema does not allow. */
  close(): Promise<void>;
}

/** Sets the variables by which EventBridge is found, and puts them back at the end. */
export async function startEventBus(): Promise<BusOnLoopback> {
  const events: SentEvent[] = [];
  const faults: string[] = [];
  let calls = 0;
  const server = await startLoopbackServer((response, { headers, body }) => {
    calls += 1;
    const { Entries } = v.parse(putSchema, JSON.parse(body));
    const bytes = Entries.flatMap(Object.values).reduce(
      (sum, text: string) => sum + Buffer.byteLength(text),
      0,
    );
    if (
      Entries.length > MAX_ENTRIES ||
      bytes > MAX_BYTES ||
      headers['x-amz-target'] !== 'AWSEvents.PutEvents'
    ) {
      respond(response, 400, {
        __type: 'ValidationException',
        message: `${Entries.length} entries, ${bytes} bytes`,
      });
      return;
    }
    for (const { DetailType: type, Detail } of Entries) {
      const detail = v.parse(detailSchema, JSON.parse(Detail));
      events.push({ type, detail });
      faults.push(...faultsOfEvent(type, detail));
    }
    respond(response, 200, { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) });
  });
  const restore = setVariables({
    AWS_ENDPOINT_URL_EVENTBRIDGE: server.url,
    ...AWS_ACCESS,
  });
  return {
    name: NAME,
    endpoint: server.url,
    events,
    get calls() {
      return calls;
    },
    detailsOf: (wanted) => events.filter(({ type }) => type === wanted).map(({ detail }) => detail),
    open: (log) => new EventBus({ name: NAME, stage: 'test', log }),
    clear() {
      events.splice(0);
      calls = 0;
    },
    async close() {
      restore();
      await server.close();
      if (faults.length > 0)
        throw new Error(`Events that docs/events does not describe:\n${faults.join('\n')}`);
    },
  };
}
