import type { Log } from '../lib/log.ts';
import { EventBus } from '../lib/queue/event-bus.ts';
import { resourceNamesOf } from '../lib/resource-names.ts';
import { requireAws } from './aws.ts';
import type { Stage } from './stage.ts';

/** Where others hear of what is deleted, whoever does it. What can't be told is a line with `--verbose`. */
export async function openBus({ name: stage, region }: Stage, log: Log): Promise<EventBus> {
  await requireAws(region);
  const name = process.env['EVENT_BUS_NAME'] || resourceNamesOf(stage).eventBus;
  return new EventBus({ name, stage, log });
}
