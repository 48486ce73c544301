import { setTimeout as pause } from 'node:timers/promises';
import type { Cloud } from '../../local/huaweicloud/cloud.ts';
import { formatSwrTime } from './cases/events.ts';
import type { CaseTask, SoakCase, SoakEvent } from './cases/soak-case.ts';
import { CLEAN_TIMEOUT_MS } from './soak-stack.ts';

/**
 * Creates repositories anew under names whose deletion is done, and has that deletion delivered once more.
 *
 * SWR deletes a task by its name. An invocation that has listed the earlier task, and is about to delete it, would delete
 * the new one: so that is created after the time that an invocation can take.
 */
export class Recreation {
  /** Tasks that were created so far. */
  readonly created: CaseTask[] = [];
  #waiting: readonly SoakCase[];
  #underWay = 0;
  readonly #cloud: Cloud;
  readonly #redeliver: (event: SoakEvent) => Promise<void>;

  constructor(cases: readonly SoakCase[], cloud: Cloud, redeliver: (event: SoakEvent) => Promise<void>) {
    this.#waiting = cases.filter(({ recreated }) => recreated !== undefined);
    this.#cloud = cloud;
    this.#redeliver = redeliver;
  }

  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Begins with every name whose tasks are all deleted. */
  check(): void {
    const isDone = ({ recreated: [task] = [] }: SoakCase) =>
      task !== undefined && this.#cloud.tasks(task.namespace, task.repository).length === 0;
    const done = this.#waiting.filter(isDone);
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const each of done) {
      this.#underWay += 1;
      void this.#recreate(each).finally(() => {
        this.#underWay -= 1;
      });
    }
  }

  async #recreate({ events: [event], recreated = [] }: SoakCase): Promise<void> {
    await pause(CLEAN_TIMEOUT_MS);
    for (const planned of recreated) {
      const task = { ...planned, createdAt: formatSwrTime(Date.now()) };
      this.#cloud.addRepository(task.namespace, task.repository);
      this.#cloud.addTask({ ...task, syncAuto: true });
      this.created.push(task);
    }
    if (event !== undefined) await this.#redeliver(event);
  }
}
