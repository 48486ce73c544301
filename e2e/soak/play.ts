import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import type { Queues } from '../../local/queues.ts';
import { Reuse } from './reuse.ts';
import type { Schedule } from './schedule.ts';
import { type Depth, depthOf } from './soak-queues.ts';
import type { Delivery, PlannedTask, Story } from './story.ts';
import type { Tally } from './tally.ts';

const SENDERS = { concurrency: 8 };
const LOOK_EVERY_MS = 250;
/** So long nothing may leave the queue. */
const STALL_MS = 90_000;
/** A queue that looks empty once may only be between two looks. */
const EMPTY_LOOKS = 4;

export interface PlayOptions {
  readonly stories: readonly Story[];
  readonly schedule: Schedule;
  readonly emulator: Emulator;
  readonly queues: Queues;
  /** @returns what is wrong with the answer. */
  readonly send: (delivery: Delivery) => Promise<string | undefined>;
  /** To be awaited before each event. */
  readonly pace: () => Promise<void>;
  readonly tally: Tally;
  /** Is told of the queue now and then. */
  readonly onLook: (depth: Depth) => void;
  /** Somebody wants it to end. */
  readonly signal: AbortSignal;
}

export interface Played {
  /** Tasks that were created on the way. */
  readonly created: readonly PlannedTask[];
  readonly problems: readonly string[];
}

/** Sends everything in its order, and waits until the queue is empty. */
export async function play(options: PlayOptions): Promise<Played> {
  const { stories, schedule, emulator, pace, tally } = options;
  const problems: string[] = [];
  const send = async (delivery: Delivery, how: string) => {
    tally.count('sent', how);
    const problem = await options.send(delivery);
    if (problem !== undefined) problems.push(problem);
  };
  const reuse = new Reuse(stories, emulator.cloud, (delivery) => send(delivery, 'name used again'));
  let isSending = true;
  const sending = (async () => {
    await pMap(
      schedule.first,
      async ({ delivery, times }) => {
        await pace();
        const extra = Array.from({ length: times - 1 }, () => send(delivery, 'twice at once'));
        await Promise.all([send(delivery, 'first'), ...extra]);
      },
      SENDERS,
    );
    await pMap(
      schedule.later,
      async (delivery) => {
        await pace();
        await send(delivery, 'later');
      },
      SENDERS,
    );
  })().finally(() => {
    isSending = false;
  });
  // It is awaited below, unless the waiting fails first.
  sending.catch(() => {});
  const stalled = await waitUntilDone(options, () => {
    reuse.look();
    return !isSending && !reuse.isUnderWay;
  });
  await sending;
  if (stalled !== undefined) problems.push(stalled);
  return { created: reuse.created, problems };
}

/** @returns what is wrong if it does not come to its end. */
async function waitUntilDone(
  { queues, tally, onLook, signal }: PlayOptions,
  isDone: () => boolean,
): Promise<string | undefined> {
  let emptyLooks = 0;
  let removed = -1;
  let movedAt = performance.now();
  while (emptyLooks < EMPTY_LOOKS) {
    await pause(LOOK_EVERY_MS);
    signal.throwIfAborted();
    const depth = await depthOf(queues);
    onLook(depth);
    const { waiting, inWork } = depth;
    emptyLooks = isDone() && waiting + inWork === 0 ? emptyLooks + 1 : 0;
    const removedNow = tally.of('receives')['removed'] ?? 0;
    if (removedNow !== removed) movedAt = performance.now();
    removed = removedNow;
    if (performance.now() - movedAt > STALL_MS) {
      return `the queue does not get empty: for ${STALL_MS / 1000} s nothing has left it, with ${waiting} messages waiting and ${inWork} in work`;
    }
  }
  return undefined;
}
