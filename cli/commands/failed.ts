import type { Command } from 'commander';
import { UsageError } from '../../command-line/options.ts';
import type { DeadLetter } from '../../lib/aws/dead-letter-box.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { failureOf } from '../../lib/failure.ts';
import {
  describeMessage,
  findMessage,
  formatMessage,
  formatMessages,
  queueOf,
  withDeadLetters,
} from '../dead-letters.ts';
import { findQueueUrl } from '../resources.ts';
import {
  type Act,
  addChangingOptions,
  type ChangingOptions,
  EXIT,
  type ExitStatus,
  formatExamples,
  type GlobalOptions,
  type Run,
  type Work,
} from '../run.ts';
import { openStage, type Stage } from '../stage.ts';
import { count } from '../table.ts';

const TIMEOUT_MS = 10_000;
const PAST = { retry: 'retried', drop: 'dropped' } as const;
const ID = 'id of the message, or the beginning of it';

interface MessageOptions extends ChangingOptions {
  readonly all?: boolean;
}

export function addFailed(program: Command, act: Act): void {
  const failed = program
    .command('failed')
    .summary('list, retry or drop dead-lettered messages')
    .description('Shows dead-lettered messages and why they are there, retries them, or drops them.');

  failed
    .command('list')
    .description('Lists every message of the dead-letter queue.')
    .addHelpText('after', formatExamples('failed list --stage prod'))
    .action(act(list));

  failed
    .command('show')
    .argument('<ID>', ID)
    .description('Shows one message in full.')
    .addHelpText('after', formatExamples('failed show 3f1c --stage prod'))
    .action(act(show));

  addChangingOptions(failed.command('retry').argument('[ID]', ID))
    .description('Moves messages back to the queue that they came from.')
    .option('--all', 'every message')
    .addHelpText(
      'after',
      formatExamples('failed retry 3f1c --stage prod', 'failed retry --all --stage prod --yes'),
    )
    .action(act(change('retry')));

  addChangingOptions(failed.command('drop').argument('[ID]', ID))
    .description('Deletes messages permanently.')
    .option('--all', 'every message')
    .addHelpText('after', formatExamples('failed drop 3f1c --stage prod'))
    .action(act(change('drop')));
}

async function list(_: readonly string[], options: GlobalOptions, run: Run): Promise<ExitStatus> {
  const stage = await openStage(options, run);
  await withDeadLetters(stage, run, (messages) => {
    run.result({ stage: stage.name, messages: messages.map(describeMessage) }, () =>
      messages.length === 0 ? '' : formatMessages(messages),
    );
    run.say(`${count(messages.length, 'message')} in the dead-letter queue of ${stage.name}.`);
    return Promise.resolve();
  });
  return EXIT.done;
}

async function show([id = '']: readonly string[], options: GlobalOptions, run: Run): Promise<ExitStatus> {
  const stage = await openStage(options, run);
  await withDeadLetters(stage, run, (messages) => {
    const message = findMessage(messages, id);
    run.result(describeMessage(message), () => formatMessage(message));
    return Promise.resolve();
  });
  return EXIT.done;
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

function change(verb: keyof typeof PAST): Work<MessageOptions> {
  return async ([id], options, run) => {
    const { all = false, dryRun = false } = options;
    const stage = await openStage(options, run);
    const send = verb === 'retry' ? await openQueues(stage) : undefined;
    if ((id === undefined) !== all) throw new UsageError(`Give the ID of the message to ${verb}, or --all.`);
    return withDeadLetters(stage, run, async (messages, box) => {
      const chosen = id === undefined ? messages : [findMessage(messages, id)];
      if (chosen.length === 0) throw new UsageError(`The dead-letter queue of ${stage.name} is empty.`);
      const ids = chosen.map((message) => message.id);
      if (dryRun) {
        run.result({ stage: stage.name, dryRun, messages: ids }, () => formatMessages(chosen));
        run.say(`${count(ids.length, 'message')} would be ${PAST[verb]}.`);
        return EXIT.done;
      }
      const question = `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${count(ids.length, 'message')}?`;
      await run.ask(question, formatMessages(chosen));
      const done: string[] = [];
      const failed: { id: string; message: string }[] = [];
      const progress = run.progress(PAST[verb], chosen.length);
      for (const message of chosen) {
        if (!run.interruption.allowsMore()) break;
        try {
          // In this order no message is lost; a duplicate does no harm.
          await send?.(message);
          await box.remove(message);
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
      return failed.length > 0 ? EXIT.failed : EXIT.done;
    });
  };
}
