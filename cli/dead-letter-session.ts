import { UsageError } from '../command-line/options.ts';
import { type DeadLetter, DeadLetterQueue } from '../lib/aws/dead-letter-box.ts';
import { findQueueUrl } from './resources.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { count } from './table.ts';

/** Long enough to look and to answer a question; should this process be killed, they are back after that. */
const HIDDEN_SECONDS = 300;

/** Every message of the dead-letter queue, taken out for as long as a piece of work takes, and then put back. */
export async function withDeadLetters<T>(
  stage: Stage,
  run: Run,
  work: (letters: DeadLetter[], box: DeadLetterQueue) => Promise<T>,
): Promise<T> {
  const box = new DeadLetterQueue(await findQueueUrl(stage, 'deadLetterQueue'));
  const { waiting, taken } = await box.depth();
  if (taken > 0) {
    const those = taken === 1 ? 'it' : 'them';
    run.say(`${count(taken, 'message')} not shown: somebody else is looking at ${those} just now.`);
  }
  const progress = run.progress('messages', waiting);
  const letters = await box.takeAll(HIDDEN_SECONDS, run.interruption, progress.advance);
  progress.end();
  try {
    return await work(
      letters.toSorted((one, other) => ((one.sentAt ?? '') < (other.sentAt ?? '') ? -1 : 1)),
      box,
    );
  } finally {
    // Those that were removed meanwhile have no receipt that counts, and are let be.
    await box.putBack(letters);
  }
}

/**
 * The message that an id or its beginning stands for.
 *
 * @throws {UsageError} if there is none, or more than one.
 */
export function findLetter(letters: readonly DeadLetter[], text: string): DeadLetter {
  const found = letters.filter(({ id }) => id.startsWith(text));
  const [letter] = found;
  if (letter === undefined) throw new UsageError(`The dead-letter queue has no message ${text}.`);
  if (found.length === 1) return letter;
  throw new UsageError(`"${text}" can be any of ${found.map(({ id }) => id).join(', ')}.`);
}
