import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import * as v from 'valibot';
import { guardServer } from './loopback/guard.ts';
import { listen } from './loopback/listen.ts';
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
  /** Whether a rule has put it into the cleanup queue. */
  readonly queued: boolean;
}

/** Takes the input of EventBridge's `PutEvents`, puts what fits a rule into the cleanup queue, and gives its answer. */
export type PutEvents = (input: unknown) => { FailedEntryCount: number; Entries: { EventId: string }[] };

export interface Bus {
  /** For `AWS_ENDPOINT_URL_EVENTBRIDGE`. */
  readonly endpoint: string;
  readonly putEvents: PutEvents;
  close(): Promise<void>;
}

/** @param onEvent gets every event. */
export async function startBus(queues: Queues, onEvent: (event: PublishedEvent) => void): Promise<Bus> {
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
  const server = createServer((request, response) => {
    const [, action = ''] = String(request.headers['x-amz-target']).split('.');
    json(request)
      .then((input) => {
        if (action === 'PutEvents') return { status: 200, body: putEvents(input) };
        return { status: 400, body: { __type: 'UnknownOperationException', message: action } };
      })
      .then(
        ({ status, body }) => response.writeHead(status).end(JSON.stringify(body)),
        () => response.destroy(),
      );
  });
  guardServer(server);
  const { url, close } = await listen(server);
  return { endpoint: url, putEvents, close };
}
