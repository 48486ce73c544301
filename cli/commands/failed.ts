import { UsageError } from '../../command-line/options.ts';
import type { DeadLetter } from '../../lib/aws/dead-letter-box.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { parseRequest } from '../../lib/cleanup/request.ts';
import { failureOf } from '../../lib/failure.ts';
import { parseJson } from '../../lib/json.ts';
import {
  describeMessage,
  findMessage,
  formatMessage,
  formatMessages,
  queueOf,
  takeDeadLetters,
} from '../dead-letters.ts';
import { findQueueUrl, openLedger } from '../resources.ts';
import {
  type AddCommand,
  type ChangingOptions,
  defineCommand,
  type GlobalOptions,
  type Run,
  type Work,
} from '../run.ts';
import { openStage, type Stage } from '../stage.ts';
import { count } from '../table.ts';

const TIMEOUT_MS = 10_000;
const PAST = { retry: 'retried', drop: 'dropped' } as const;

interface MessageOptions extends ChangingOptions {
  readonly all?: boolean;
}

/** Adds `swr-sync failed` with its four commands. */
export const addFailed: AddCommand = (program, act) => {
  const failed = program
    .command('failed')
    .summary('list, retry or drop dead-lettered messages')
    .description('Shows dead-lettered messages and why they are there, retries them, or drops them.');
  for (const add of [addList, addShow, addRetry, addDrop]) add(failed, act);
  return failed;
};

const addList = defineCommand({
  usage: 'list',
  description: 'Lists every message of the dead-letter queue.',
  examples: ['failed list --stage prod'],
  work: list,
});

const addShow = defineCommand({
  usage: 'show <ID>',
  description: 'Shows one message in full. ID is its id, or the beginning of it.',
  examples: ['failed show 3f1c --stage prod'],
  work: show,
});

const addRetry = defineCommand<MessageOptions>({
  usage: 'retry [ID]',
  description:
    'Moves messages back to the queue that they came from. ID is the id of one, or the beginning of it.',
  changes: true,
  addOptions: (command) => command.option('--all', 'every message'),
  examples: ['failed retry 3f1c --stage prod', 'failed retry --all --stage prod --yes'],
  work: change('retry'),
});

const addDrop = defineCommand<MessageOptions>({
  usage: 'drop [ID]',
  description: 'Deletes messages permanently. ID is the id of one, or the beginning of it.',
  changes: true,
  addOptions: (command) => command.option('--all', 'every message'),
  examples: ['failed drop 3f1c --stage prod'],
  work: change('drop'),
});

async function list(_: readonly string[], options: GlobalOptions, run: Run): Promise<boolean> {
  const stage = await openStage(options, run);
  await using taken = await takeDeadLetters(stage, run);
  const { messages } = taken;
  run.result({ stage: stage.name, messages: messages.map(describeMessage) }, () => formatMessages(messages));
  run.say(`${count(messages.length, 'message')} in the dead-letter queue of ${stage.name}.`);
  return true;
}

async function show([id = '']: readonly string[], options: GlobalOptions, run: Run): Promise<boolean> {
  await using taken = await takeDeadLetters(await openStage(options, run), run);
  const message = findMessage(taken.messages, id);
  run.result(describeMessage(message), () => formatMessage(message));
  return true;
}

/** @returns a function that sends a message to the queue that it came from. */
async function openQueues(stage: Stage): Promise<(message: DeadLetter) => Promise<void>> {
  const cleanup = new Queue(await findQueueUrl(stage, 'cleanupQueue'));
  return async (message) => {
    const queue = queueOf(message) === 'sweep' ? new Queue(await findQueueUrl(stage, 'sweepQueue')) : cleanup;
    // `arrivedAt` is the latest time at which the event can have happened.
    const { body, request, sentAt } = message;
    await queue.sendWithAttributes(body, { request, arrivedAt: sentAt }, TIMEOUT_MS);
  };
}

/** @returns a function that records the caller with the request of a message, if it has one. */
async function openRecord(stage: Stage, done: 'retried' | 'dropped', run: Run) {
  const ledger = await openLedger(stage, run);
  let isReported = false;
  return async ({ request }: DeadLetter) => {
    const parsed = parseRequest(parseJson(request ?? ''), { id: '' });
    if (!parsed.ok || parsed.value.id === '') return;
    try {
      await ledger.markDeadLetter(parsed.value, done);
    } catch (error) {
      if (!isReported) run.say(`Not recorded who has ${done} it: ${failureOf(error).message}`);
      isReported = true;
    }
  };
}

function change(verb: keyof typeof PAST): Work<MessageOptions> {
  return async ([id], { all = false, dryRun = false, ...options }, run) => {
    const stage = await openStage(options, run);
    const send = verb === 'retry' ? await openQueues(stage) : undefined;
    if ((id === undefined) !== all) throw new UsageError(`Give the ID of the message to ${verb}, or --all.`);
    await using taken = await takeDeadLetters(stage, run);
    const chosen = id === undefined ? taken.messages : [findMessage(taken.messages, id)];
    if (chosen.length === 0) throw new UsageError(`The dead-letter queue of ${stage.name} is empty.`);
    const messages = count(chosen.length, 'message');
    if (dryRun) {
      const ids = chosen.map((message) => message.id);
      run.result({ stage: stage.name, dryRun, messages: ids }, () => formatMessages(chosen));
      run.say(`${messages} would be ${PAST[verb]}.`);
      return true;
    }
    const title = verb === 'retry' ? 'Retry' : 'Drop';
    await run.ask(`${title} ${messages}?`, formatMessages(chosen));
    const record = await openRecord(stage, PAST[verb], run);
    const done: string[] = [];
    const failed: { id: string; message: string }[] = [];
    const progress = run.progress(PAST[verb], chosen.length);
    for (const message of chosen) {
      if (!run.interruption.allowsMore()) break;
      try {
        // In this order no message is lost; a duplicate does no harm.
        await record(message);
        await send?.(message);
        await taken.remove(message);
        done.push(message.id);
      } catch (error) {
        failed.push({ id: message.id, message: failureOf(error).message });
      }
      progress.advance();
    }
    progress.end();
    const left = chosen.length - done.length - failed.length;
    run.result({ stage: stage.name, dryRun, [PAST[verb]]: done, failed, left }, () => done.join('\n'));
    for (const each of failed) run.say(`Failed: ${each.id}: ${each.message}`);
    run.say(`${count(done.length, 'message')} ${PAST[verb]}${left > 0 ? `, ${left} left` : ''}.`);
    return failed.length === 0;
  };
}
