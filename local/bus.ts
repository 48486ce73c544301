import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Queues } from './queues.ts';
import { matchesPattern, readRules } from './rules.ts';

const entriesSchema = v.object({
  Entries: v.array(v.object({ Source: v.string(), DetailType: v.string(), Detail: v.string() })),
});

/** Takes the input of EventBridge's `PutEvents`, puts what fits a rule into the cleanup queue, and gives its answer. */
export type PutEvents = (input: unknown) => { FailedEntryCount: number; Entries: { EventId: string }[] };

export async function createBus(queues: Queues): Promise<PutEvents> {
  const rules = await readRules();
  return (input) => {
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
      if (rules.some((pattern) => matchesPattern(pattern, event))) queues.send(JSON.stringify(event));
      return { EventId: event.id };
    });
    return { FailedEntryCount: 0, Entries };
  };
}
