import { setTimeout as pause } from 'node:timers/promises';
import type { Cloud } from '../../local/huaweicloud/cloud.ts';
import { write } from './moment.ts';
import { FUNCTION_TIMEOUT_MS } from './soak-queues.ts';
import type { Delivery, PlannedTask, Story } from './story.ts';

interface Waiting {
  readonly delivery: Delivery;
  readonly anew: NonNullable<Story['anew']>;
}

/**
 * Creates repositories anew under names whose deletion is done, and has that deletion delivered once more.
 *
 * SWR deletes a task by its name. Whoever has looked at the earlier one, and is about to delete it, would meet the new one: so
 * that is created when no invocation can be in the middle of that any more.
 */
export class Reuse {
  #waiting: readonly Waiting[];
  readonly #cloud: Cloud;
  readonly #redeliver: (delivery: Delivery) => Promise<void>;
  readonly #created: PlannedTask[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(stories: readonly Story[], cloud: Cloud, redeliver: (delivery: Delivery) => Promise<void>) {
    this.#waiting = stories.flatMap(({ deliveries: [delivery], anew }) =>
      delivery === undefined || anew === undefined ? [] : [{ delivery, anew }],
    );
    this.#cloud = cloud;
    this.#redeliver = redeliver;
  }

  /** What there is now beside what the stories began with. */
  get created(): readonly PlannedTask[] {
    return this.#created;
  }

  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Begins with every name that has no task any more. */
  look(): void {
    const isDone = ({ anew: [task] }: Waiting) =>
      task !== undefined && this.#cloud.tasks(task.namespace, task.repository).length === 0;
    const done = this.#waiting.filter(isDone);
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const each of done) {
      const work = this.#play(each).finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    }
  }

  async #play({ delivery, anew }: Waiting): Promise<void> {
    await pause(FUNCTION_TIMEOUT_MS);
    for (const planned of anew) {
      const task = { ...planned, createdAt: write(Date.now()) };
      this.#cloud.addRepository(task.namespace, task.repository);
      this.#cloud.addTask({ ...task, syncAuto: true });
      this.#created.push(task);
    }
    await this.#redeliver(delivery);
  }
}
