import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { Cloud } from '../../local/huaweicloud/cloud.ts';
import type { QueueDepth, Queues } from '../../local/queues.ts';
import { formatSwrTime } from './cases/events.ts';
import type { CaseTask, SoakCase, SoakEvent } from './cases/soak-case.ts';
import type { Random } from './random.ts';
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

/** Shuffles events, and schedules some of them twice. */
export function schedule(random: Random, cases: readonly SoakCase[]): Schedule {
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

/** Schedules each event once, in order. */
function scheduleInOrder(cases: readonly SoakCase[]): Schedule {
  return { first: cases.flatMap(({ events }) => events.map((event) => ({ event, times: 1 }))), later: [] };
}

/**
 * Limits a rate.
 *
 * @param perSecond 0 sets no limit.
 * @returns a function to be awaited before each time.
 */
export function limitRate(
  perSecond: number,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  let nextAt = now();
  return async () => {
    if (perSecond === 0) return;
    const at = nextAt;
    nextAt = Math.max(at, now()) + 1000 / perSecond;
    const waitMs = at - now();
    if (waitMs > 0) await pause(waitMs);
  };
}

export interface SendEventsOptions {
  readonly cases: readonly SoakCase[];
  readonly random: Random;
  /** Sends each event once, in order. */
  readonly healthy: boolean;
  /** Events per second; 0 sets no limit. */
  readonly perSecond: number;
  readonly cloud: Cloud;
  readonly queues: Queues;
  /** @returns a problem with the answer. */
  readonly send: (event: SoakEvent) => Promise<string | undefined>;
  readonly tally: Tally;
  /** Called with the depth of the queue now and then. */
  readonly onDepth: (depth: QueueDepth) => void;
  readonly signal: AbortSignal;
}

/** Sends all events in their order, and waits until the queue is empty. */
export async function sendEvents(options: SendEventsOptions): Promise<{
  /** Tasks that were created meanwhile. */
  readonly created: readonly CaseTask[];
  readonly problems: readonly string[];
}> {
  const { cases, tally } = options;
  const problems: string[] = [];
  const send = async (event: SoakEvent, why: string) => {
    tally.count('sent', why);
    const problem = await options.send(event);
    if (problem !== undefined) problems.push(problem);
  };
  const recreation = recreateNames(cases, options.cloud, (event) => send(event, 'name used again'));
  const pace = limitRate(options.perSecond);
  const { first, later } = options.healthy ? scheduleInOrder(cases) : schedule(options.random, cases);
  let isSending = true;
  const sendFirst = async ({ event, times }: (typeof first)[number]) => {
    await pace();
    const extra = Array.from({ length: times - 1 }, () => send(event, 'twice at once'));
    await Promise.all([send(event, 'first'), ...extra]);
  };
  const sendLater = async (event: SoakEvent) => {
    await pace();
    await send(event, 'later');
  };
  const sendAll = async () => {
    await pMap(first, sendFirst, SENDERS);
    await pMap(later, sendLater, SENDERS);
    isSending = false;
  };
  const sending = sendAll();
  // It is awaited below, unless the waiting fails first.
  sending.catch(() => {
    isSending = false;
  });
  const stalled = await waitUntilDone(options, () => {
    recreation.check();
    return !isSending && !recreation.isUnderWay();
  });
  await sending;
  if (stalled !== undefined) problems.push(stalled);
  return { created: recreation.created, problems };
}

/**
 * Creates repositories anew under names whose deletion is done, and has that deletion delivered once more.
 *
 * SWR deletes a task by its name. An invocation that has listed the earlier task, and is about to delete it, would delete
 * the new one: so that is created after the time that an invocation can take.
 */
function recreateNames(
  cases: readonly SoakCase[],
  cloud: Cloud,
  redeliver: (event: SoakEvent) => Promise<void>,
) {
  const created: CaseTask[] = [];
  let waiting = cases.filter(({ recreated }) => recreated !== undefined);
  let underWay = 0;
  const isDone = ({ recreated: [task] = [] }: SoakCase) =>
    task !== undefined && cloud.tasks(task.namespace, task.repository).length === 0;
  const recreate = async ({ events: [event], recreated = [] }: SoakCase) => {
    await pause(CLEAN_TIMEOUT_MS);
    for (const planned of recreated) {
      const task = { ...planned, createdAt: formatSwrTime(Date.now()) };
      cloud.addRepository(task.namespace, task.repository);
      cloud.addTask({ ...task, syncAuto: true });
      created.push(task);
    }
    if (event !== undefined) await redeliver(event);
  };
  return {
    /** Tasks that were created so far. */
    created,
    isUnderWay: () => underWay > 0,
    /** Begins with every name whose tasks are all deleted. */
    check() {
      const { true: done = [], false: others = [] } = Object.groupBy(waiting, (each) => `${isDone(each)}`);
      waiting = others;
      for (const each of done) {
        underWay += 1;
        void recreate(each).finally(() => {
          underWay -= 1;
        });
      }
    },
  };
}

/** @returns the problem if the queue doesn't get empty. */
async function waitUntilDone(
  { queues, tally, onDepth, signal }: SendEventsOptions,
  isDone: () => boolean,
): Promise<string | undefined> {
  let emptyChecks = 0;
  let removed = -1;
  let movedAt = performance.now();
  while (emptyChecks < EMPTY_CHECKS) {
    await pause(CHECK_EVERY_MS);
    signal.throwIfAborted();
    const depth = queues.depth('cleanupQueue');
    onDepth(depth);
    const { waiting, inFlight } = depth;
    emptyChecks = isDone() && waiting + inFlight === 0 ? emptyChecks + 1 : 0;
    const removedNow = tally.of('receives')['removed'] ?? 0;
    if (removedNow !== removed) movedAt = performance.now();
    removed = removedNow;
    if (performance.now() - movedAt > STALL_MS)
      return `the queue does not get empty: for ${STALL_MS / 1000} s no message has left it, with ${waiting} messages waiting and ${inFlight} in flight`;
  }
  return undefined;
}
