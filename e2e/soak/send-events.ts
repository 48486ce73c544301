import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { Cloud } from '../../local/huaweicloud/cloud.ts';
import type { Queues } from '../../local/queues.ts';
import { formatSwrTime } from './cases/events.ts';
import type { CaseTask, SoakCase, SoakEvent } from './cases/soak-case.ts';
import type { Random } from './random.ts';
import type { SoakOptions } from './soak-options.ts';
import { CLEAN_TIMEOUT_MS } from './soak-stack.ts';
import type { Tally } from './tally.ts';

/** Share of events that are delivered twice at the same time. */
const AT_ONCE = 0.08;
/** Share of events that are delivered once more after all others. */
const LATER = 0.08;
/** Share of events that are held back until then. */
const HELD_BACK = 0.1;
const SENDERS = { concurrency: 8 };
const CHECK_EVERY_MS = 250;
const STALL_MS = 90_000;
/** A message may be between two states at a single check. */
const EMPTY_CHECKS = 4;

/** Events in the order of their delivery. */
export interface Schedule {
  /** Each one with how often it is delivered at the same time. */
  readonly first: readonly { readonly event: SoakEvent; readonly times: number }[];
  readonly later: readonly SoakEvent[];
}

/**
 * Shuffles events, and schedules some of them twice.
 *
 * @param healthy schedules each of them once, in order.
 */
export function schedule(random: Random, cases: readonly SoakCase[], healthy = false): Schedule {
  if (healthy)
    return { first: cases.flatMap(({ events }) => events.map((event) => ({ event, times: 1 }))), later: [] };
  const first: Schedule['first'][number][] = [];
  const later: SoakEvent[] = [];
  for (const { events, recreated } of cases) {
    for (const event of events) {
      // An event whose name is used again comes twice in any case, and has to be the first time.
      if (recreated === undefined && random.chance(HELD_BACK)) later.push(event);
      else first.push({ event, times: recreated === undefined && random.chance(AT_ONCE) ? 2 : 1 });
      if (recreated === undefined && random.chance(LATER)) later.push(event);
    }
  }
  return { first: random.shuffle(first), later: random.shuffle(later) };
}

/** Yields items at a rate; 0 sets no limit. */
export async function* paced<T>(items: readonly T[], perSecond: number): AsyncGenerator<T> {
  for (const item of items) {
    yield item;
    if (perSecond > 0) await pause(1000 / perSecond);
  }
}

interface SendEventsOptions {
  readonly cases: readonly SoakCase[];
  readonly random: Random;
  readonly options: Pick<SoakOptions, 'faults' | 'perSecond'>;
  readonly cloud: Cloud;
  readonly queues: Queues;
  /** @returns a problem with the answer. */
  readonly send: (event: SoakEvent) => Promise<string | undefined>;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/**
 * Sends all events in their order, and waits until the queue is empty.
 *
 * @returns the tasks that were created meanwhile, and the problems.
 */
export async function sendEvents(
  all: SendEventsOptions,
): Promise<{ created: CaseTask[]; problems: string[] }> {
  const { cases, options, cloud, tally } = all;
  const created: CaseTask[] = [];
  const problems: string[] = [];
  const send = async (event: SoakEvent, why: string) => {
    tally.count('deliveries', why);
    const problem = await all.send(event);
    if (problem !== undefined) problems.push(problem);
  };
  const sendAll = async () => {
    const { first, later } = schedule(all.random, cases, options.faults === 0);
    const sendFirst = async ({ event, times }: (typeof first)[number]) => {
      const extra = Array.from({ length: times - 1 }, () => send(event, 'twice at once'));
      await Promise.all([send(event, 'first'), ...extra]);
    };
    await pMap(paced(first, options.perSecond), sendFirst, SENDERS);
    await pMap(paced(later, options.perSecond), (event) => send(event, 'later'), SENDERS);
  };
  const recreate = async ({ events: [event], recreated = [] }: SoakCase) => {
    // SWR deletes a task by its name: an invocation that has listed the earlier task would delete the new one.
    await pause(CLEAN_TIMEOUT_MS);
    for (const planned of recreated) {
      const task = { ...planned, createdAt: formatSwrTime(Date.now()) };
      cloud.addRepository(task.namespace, task.repository);
      cloud.addTask({ ...task, syncAuto: true });
      created.push(task);
    }
    if (event !== undefined) await send(event, 'name used again');
  };

  const work: Promise<void>[] = [];
  let running = 0;
  const begin = (started: Promise<void>) => {
    running += 1;
    const ended = started.finally(() => {
      running -= 1;
    });
    // It is awaited below, unless the waiting fails first.
    ended.catch(() => {});
    work.push(ended);
  };
  begin(sendAll());
  let waiting = cases.filter(({ recreated }) => recreated !== undefined);
  const isGone = ({ recreated: [task] = [] }: SoakCase) =>
    task !== undefined && cloud.tasks(task.namespace, task.repository).length === 0;
  const stalled = await waitUntilDone(all, () => {
    const { true: gone = [], false: others = [] } = Object.groupBy(waiting, (each) => `${isGone(each)}`);
    waiting = others;
    for (const each of gone) begin(recreate(each));
    return running === 0;
  });
  await Promise.all(work);
  if (stalled !== undefined) problems.push(stalled);
  return { created, problems };
}

/** @returns the problem if the queue doesn't get empty. */
async function waitUntilDone(
  { queues, tally, signal }: SendEventsOptions,
  isDone: () => boolean,
): Promise<string | undefined> {
  let emptyChecks = 0;
  let removed = -1;
  let movedAt = performance.now();
  while (emptyChecks < EMPTY_CHECKS) {
    await pause(CHECK_EVERY_MS);
    signal.throwIfAborted();
    const { waiting, inFlight } = queues.depth('cleanupQueue');
    emptyChecks = isDone() && waiting + inFlight === 0 ? emptyChecks + 1 : 0;
    const removedNow = tally.of('messages')['removed'] ?? 0;
    if (removedNow !== removed) movedAt = performance.now();
    removed = removedNow;
    if (performance.now() - movedAt > STALL_MS)
      return `the queue does not get empty: for ${STALL_MS / 1000} s no message has left it, with ${waiting} messages waiting and ${inFlight} in flight`;
  }
  return undefined;
}
