import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { serveAws } from './loopback/serve-aws.ts';
import type { Queues } from './queues.ts';
import { matchesPattern, readRules } from './rules.ts';

const entriesSchema = v.object({
  Entries: v.array(v.object({ Source: v.string(), DetailType: v.string(), Detail: v.string() })),
});

/** The parts of an event that are worth printing. */
export interface PublishedEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  /** True if a rule has put the event into the cleanup queue. */
  readonly queued: boolean;
}

/** Takes the input of EventBridge's `PutEvents`, puts what fits a rule into the cleanup queue, and gives its answer. */
export type PutEvents = (input: unknown) => { FailedEntryCount: number; Entries: { EventId: string }[] };

export type Bus = Awaited<ReturnType<typeof startBus>>;

/** @param onEvent gets every event. */
export async function startBus(queues: Queues, onEvent: (event: PublishedEvent) => void) {
  const rules = await readRules();
  const putEvents: PutEvents = (input) => {
    const Entries = v.parse(entriesSchema, input).Entries.map(({ Source, DetailType, Detail }) => {
      const event = {
        version: '0',
        id: randomUUID(),
        'detail-type': DetailType,
        source: Source,
        account: '000000000000',
        time: new Date().toISOString().replace(/\.\d+/, ''),
        region: 'us-east-1',
        resources: [],
        detail: JSON.parse(Detail) as unknown,
      };
      const queued = rules.some((pattern) => matchesPattern(pattern, event));
      if (queued) queues.send(JSON.stringify(event));
      onEvent({ ...event, queued });
      return { EventId: event.id };
    });
    return { FailedEntryCount: 0, Entries };
  };

  // The functions need an address before the front door is open, which needs the functions.
  const { url, close } = await serveAws({ PutEvents: putEvents });
  /** `endpoint` is for `AWS_ENDPOINT_URL_EVENTBRIDGE`. */
  return { endpoint: url, putEvents, close };
}
