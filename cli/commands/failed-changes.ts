import { UsageError } from '../../command-line/options.ts';
import type { DeadLetter, DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { failureOf } from '../../lib/failure.ts';
import { formatLetters, originOf } from '../dead-letter-report.ts';
import { findLetter, withDeadLetters } from '../dead-letter-session.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { findQueueUrl } from '../resources.ts';
import type { ChangingOptions, Run } from '../run.ts';
import { openStage, type Stage } from '../stage.ts';
import { count } from '../table.ts';

const TIMEOUT_MS = 10_000;

export interface LetterOptions extends ChangingOptions {
  readonly all?: boolean;
}

interface Change {
  /** "retry", "retried". */
  readonly verb: string;
  readonly past: string;
  readonly carryOut: (letter: DeadLetter, box: DeadLetterQueue) => Promise<void>;
}

export async function retryLetters(
  id: string | undefined,
  options: LetterOptions,
  run: Run,
): Promise<ExitStatus> {
  const stage = await openStage(options);
  const send = await openQueues(stage);
  return change(stage, id, options, run, {
    verb: 'retry',
    past: 'retried',
    // In this order nothing is lost in between; twice in the queue does no harm.
    async carryOut(letter, box) {
      await send(letter);
      await box.remove(letter);
    },
  });
}

export async function dropLetters(
  id: string | undefined,
  options: LetterOptions,
  run: Run,
): Promise<ExitStatus> {
  const stage = await openStage(options);
  return change(stage, id, options, run, {
    verb: 'drop',
    past: 'dropped',
    carryOut: (letter, box) => box.remove(letter),
  });
}

/** @returns what sends a message to the queue that it came from. */
async function openQueues(stage: Stage): Promise<(letter: DeadLetter) => Promise<void>> {
  const cleanup = new Queue(await findQueueUrl(stage, 'cleanupQueue'));
  return async (letter) => {
    const queue = originOf(letter) === 'sweep' ? new Queue(await findQueueUrl(stage, 'sweepQueue')) : cleanup;
    // With when it came first: nothing that it tells of can have happened after that.
    const { body, request, sentAt } = letter;
    await queue.sendWithAttributes(body, { request, arrivedAt: sentAt }, TIMEOUT_MS);
  };
}

async function change(
  stage: Stage,
  id: string | undefined,
  { all = false, dryRun = false }: LetterOptions,
  run: Run,
  { verb, past, carryOut }: Change,
): Promise<ExitStatus> {
  if ((id === undefined) !== all)
    throw new UsageError(`Either the ID of a message, or --all: what to ${verb}?`);
  return withDeadLetters(stage, run, async (letters, box) => {
    const chosen = id === undefined ? letters : [findLetter(letters, id)];
    if (chosen.length === 0) throw new UsageError(`The dead-letter queue of ${stage.name} is empty.`);
    const ids = chosen.map((letter) => letter.id);
    if (dryRun) {
      run.result({ stage: stage.name, dryRun, messages: ids }, () => formatLetters(chosen));
      run.say(`${count(ids.length, 'message')} would be ${past}.`);
      return EXIT.done;
    }
    const question = `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${count(ids.length, 'message')}?`;
    await run.ask(question, formatLetters(chosen));
    const done: string[] = [];
    const failed: { id: string; message: string }[] = [];
    const progress = run.progress(past, chosen.length);
    for (const letter of chosen) {
      if (!run.interruption.allowsMore()) break;
      try {
        await carryOut(letter, box);
        done.push(letter.id);
      } catch (error) {
        failed.push({ id: letter.id, message: failureOf(error).message });
      }
      progress.advance();
    }
    progress.end();
    const left = chosen.length - done.length - failed.length;
    run.result({ stage: stage.name, dryRun, [past]: done, failed, left }, () => done.join('\n'));
    for (const each of failed) run.say(`Failed: ${each.id}: ${each.message}`);
    run.say(`${count(done.length, 'message')} ${past}${left > 0 ? `, ${left} left` : ''}.`);
    return failed.length > 0 ? EXIT.failed : EXIT.done;
  });
}
