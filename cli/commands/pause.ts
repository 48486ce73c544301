import { messageOf, UsageError } from '../../command-line/options.ts';
import { type Switch, setSwitch, switchesOf } from '../../command-line/switches.ts';
import { DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { findQueueUrl, type QueueRole } from '../resources.ts';
import { defineCommand, type GlobalOptions, type Run, type Work } from '../run.ts';
import { openStage, type Stage } from '../stage.ts';
import { count, formatTable } from '../table.ts';

const DAY_SECONDS = 86_400;
const QUEUES = [
  ['cleanup queue', 'cleanupQueue'],
  ['sweep queue', 'sweepQueue'],
  ['dead-letter queue', 'deadLetterQueue'],
] as const;

/** Adds `swr-sync pause`. */
export const addPause = defineCommand({
  usage: 'pause',
  summary: 'stop deleting, until `resume`',
  description:
    'Disables what feeds `clean` and `sweep`, waits until it is disabled, and shows what waits. Webhooks and events are ' +
    'still queued. Direct calls still delete: `swr-sync clean`, `swr-sync sweep`, and an invocation of the function ' +
    '`clean`. A deployment keeps the stage paused.',
  examples: ['pause --stage prod'],
  work: turn(false),
});

/** Adds `swr-sync resume`. */
export const addResume = defineCommand({
  usage: 'resume',
  summary: 'start deleting again after `pause`',
  description:
    'Enables what feeds `clean` and `sweep`, waits until it is enabled, and shows what waits and is processed now.',
  examples: ['resume --stage prod'],
  work: turn(true),
});

function turn(enabled: boolean): Work<GlobalOptions> {
  return async (_, options, run) => {
    const stage = await openStage(options, run);
    if (stage.name === 'local')
      throw new UsageError('The local stack has no switches: stop it with Ctrl-C where "npm start" runs.');
    await stage.aws();
    const state = enabled ? 'enabled' : 'disabled';
    const { signal } = run.interruption;
    const set = async (each: Switch) => {
      const { name } = each;
      try {
        const changed = await setSwitch(each, enabled, { signal, pollMs: run.firstPauseMs });
        return { name, state, changed };
      } catch (error) {
        return { name, state: 'failed', changed: false, message: messageOf(error) };
      }
    };
    const switches = await Promise.all(switchesOf(stage.name).map(set));
    const reading = QUEUES.map(([name, role]) => readQueue(stage, name, role));
    const queues = await Promise.all(reading).catch((error: unknown) => {
      // What was switched is shown anyway.
      run.say(`Failed: reading the queues: ${messageOf(error)}`);
      return [];
    });
    run.result({ stage: stage.name, switches, queues }, () =>
      [formatSwitches(switches), formatQueues(queues)].filter(Boolean).join('\n\n'),
    );
    const failed = switches.filter(({ message }) => message !== undefined);
    for (const { name, message } of failed) run.say(`Failed: ${name}: ${message}`);
    const [cleanup] = queues;
    if (failed.length > 0) return false;
    if (cleanup !== undefined) sayWhatFollows(stage.name, enabled, cleanup, run);
    return cleanup !== undefined;
  };
}

async function readQueue(stage: Stage, name: string, role: QueueRole) {
  const queue = new DeadLetterQueue(await findQueueUrl(stage, role));
  const { waiting, taken, retentionSeconds } = await queue.depth();
  return { name, waiting, inFlight: taken, keptDays: retentionSeconds / DAY_SECONDS };
}

type QueueDepth = Awaited<ReturnType<typeof readQueue>>;

function formatSwitches(switches: readonly { name: string; state: string; changed: boolean }[]): string {
  return formatTable(
    ['SWITCH', 'STATE', 'CHANGED'],
    switches.map(({ name, state, changed }) => [name, state, changed ? 'yes' : 'no']),
  );
}

function formatQueues(queues: readonly QueueDepth[]): string {
  return formatTable(
    ['QUEUE', 'WAITING', 'IN FLIGHT', 'KEPT FOR'],
    queues.map(({ name, waiting, inFlight, keptDays }) => [
      name,
      `${waiting}`,
      `${inFlight}`,
      count(keptDays, 'day'),
    ]),
  );
}

function sayWhatFollows(stage: string, enabled: boolean, cleanup: QueueDepth, run: Run): void {
  const { waiting, inFlight, keptDays } = cleanup;
  if (enabled) return run.say(`${stage} is running: ${count(waiting, 'cleanup request')} waiting.`);
  if (inFlight > 0)
    run.say(
      `${count(inFlight, 'cleanup request')} in flight: an invocation that has begun ends within a minute.`,
    );
  run.say(
    `${stage} is paused. SQS deletes a cleanup request after ${count(keptDays, 'day')}: before that, run ` +
      `"swr-sync resume --stage ${stage}".`,
  );
}
