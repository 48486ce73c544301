import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../command-line/read-config.ts';
import { startEmulator } from '../../local/huaweicloud/emulator.ts';
import { build } from '../../scripts/build.ts';
import { FunctionLines } from './function-lines.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { beginMishaps } from './mishaps.ts';
import { paceOf } from './pace.ts';
import { play } from './play.ts';
import { Progress } from './progress.ts';
import { Random } from './random.ts';
import { makeReport, type SoakReport } from './report.ts';
import { schedule, scheduleInOrder } from './schedule.ts';
import { Sender } from './sender.ts';
import type { SoakOptions } from './soak-options.ts';
import { startSoakStack } from './stack.ts';
import { sweepAgainAndAgain } from './sweep-again.ts';
import { Tally } from './tally.ts';
import { judge } from './verdict/judge.ts';
import { watchQueues } from './watch-queues.ts';
import { environmentOf, plantStories, USER } from './world.ts';
import { writeStories } from './write-stories.ts';
import { Written } from './written.ts';

const STAGE = 'soak';
const CONFIG_FILE = join(import.meta.dirname, 'config.yml');
/** Of the calls to AWS, 0 to 1: most of these are made again, and go well then. */
const AWS_FAULTS = 0.03;

/**
 * Plays so many events on a stack in which everything goes wrong now and then, and judges what is left.
 *
 * @param tell gets a line about the progress every few seconds.
 * @param signal ends it early.
 */
export async function runSoak(
  options: SoakOptions,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakReport> {
  const { events, seed, faults, killEvery, workers, perSecond, sweepEvery } = options;
  const healthy = faults === 0;
  const startedAt = Date.now();
  const random = new Random(seed);
  const tally = new Tally();
  const written = new Written();
  const stories = writeStories(random.fork(), events, startedAt, { healthy, perSecond });
  const closers: (() => Promise<void>)[] = [];
  const keep = <T extends { close(): Promise<void> }>(opened: T): T => {
    closers.push(() => opened.close());
    return opened;
  };
  try {
    const lines = keep(await FunctionLines.open(tally, options.record));
    const distDir = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-soak-'));
    closers.push(() => rm(distDir, { recursive: true, force: true }));
    await build({ stage: STAGE, configFile: CONFIG_FILE, outDir: distDir });
    const { safety } = await readConfig(STAGE, CONFIG_FILE);
    const emulator = keep(await startEmulator({ seed: { users: [USER] } }));
    plantStories(emulator.cloud, stories);
    const keys = { github: Buffer.from(randomBytes(24).toString('hex')), standardWebhooks: randomBytes(32) };
    const stack = keep(
      await startSoakStack({
        distDir,
        workers,
        withSweep: sweepEvery > 0,
        env: environmentOf(emulator.url, keys),
        random: random.fork(),
        awsFaults: healthy ? 0 : AWS_FAULTS,
        tally,
        onLine: (line) => lines.take(line),
        onWritten: (body) => written.take(body),
      }),
    );
    const stopWatching = watchQueues(stack.queues.endpoint, STAGE, (line) => lines.take(line));
    closers.push(() => Promise.resolve(stopWatching()));
    const [sweeper] = stack.sweepers;
    const stopSweeping = sweepAgainAndAgain(sweeper, sweepEvery, tally);
    closers.push(() => Promise.resolve(stopSweeping()));
    beginMishaps(emulator, stack, { random: random.fork(), faults, killEvery, tally });
    const sender = new Sender(stack, keys, tally);
    const progress = new Progress(tally, tell);
    const playedAt = performance.now();
    const played = await play({
      stories,
      schedule: healthy ? scheduleInOrder(stories) : schedule(random.fork(), stories),
      emulator,
      queues: stack.queues,
      send: (delivery) => sender.send(delivery),
      pace: paceOf(perSecond),
      tally,
      onLook: (depth) => progress.look(depth),
      signal,
    });
    const seconds = (performance.now() - playedAt) / 1000;
    const evidence = await gatherEvidence({
      stories,
      created: played.created,
      emulator,
      stack,
      written,
      safety,
    });
    for (const { way } of evidence.deliveries) tally.count('ways', way);
    const { problems } = played;
    return makeReport({ options, seconds, tally, verdict: judge(evidence), problems });
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}
