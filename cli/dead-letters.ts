import * as v from 'valibot';
import { UsageError } from '../command-line/options.ts';
import { type DeadLetter, DeadLetterQueue } from '../lib/aws/dead-letter-box.ts';
import { parseJson } from '../lib/json.ts';
import { formatImageName } from './arguments.ts';
import { findQueueUrl } from './resources.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { count, formatTable, formatTime, shorten, sortBy, toPrintable } from './table.ts';

/** Time to read and to answer a question. After it, messages of a killed process are visible again. */
const HIDDEN_SECONDS = 300;
/** Reasons are often whole answers of Huawei Cloud; `failed show` has them in full. */
const REASON_LENGTH = 100;

const subjectSchema = v.object({ namespace: v.string(), repository: v.exactOptional(v.string()) });
const sweepStepSchema = v.looseObject({ step: v.unknown() });

/** Receives every message of the dead-letter queue, and makes them visible again when disposed of. */
export async function takeDeadLetters(stage: Stage, run: Run) {
  const queue = new DeadLetterQueue(await findQueueUrl(stage, 'deadLetterQueue'));
  const { waiting, taken } = await queue.depth();
  if (taken > 0) run.say(`${count(taken, 'message')} not shown: received by another consumer.`);
  const progress = run.progress('messages', waiting);
  const messages = await queue.takeAll(HIDDEN_SECONDS, run.interruption, progress.advance);
  progress.end();
  return {
    messages: sortBy(messages, ({ sentAt = '' }) => sentAt),
    remove: (message: DeadLetter) => queue.remove(message),
    // SQS ignores receipts of removed messages.
    [Symbol.asyncDispose]: () => queue.putBack(messages),
  };
}

/**
 * Finds a message by its id, or by the beginning of its id.
 *
 * @throws {UsageError} if there is none, or more than one.
 */
export function findMessage(messages: readonly DeadLetter[], text: string): DeadLetter {
  const [found, ...others] = messages.filter(({ id }) => id.startsWith(text));
  if (found === undefined) throw new UsageError(`The dead-letter queue has no message ${text}.`);
  if (others.length === 0) return found;
  throw new UsageError(`Ambiguous id "${text}": ${[found, ...others].map(({ id }) => id).join(', ')}.`);
}

/** Queue that a message came from: only sweep steps have a `step`. */
export function queueOf({ body }: DeadLetter): 'sweep' | 'cleanup' {
  return v.is(sweepStepSchema, parseJson(body)) ? 'sweep' : 'cleanup';
}

/** Message in the document of `--json`, with its JSON parsed. */
export function describeMessage(message: DeadLetter) {
  const { receiptHandle: _, request, body, ...rest } = message;
  return {
    ...rest,
    queue: queueOf(message),
    ...(request !== undefined && { request: parseJson(request) }),
    body: parseJson(body),
  };
}

/** Formats a list of messages. */
export function formatMessages(messages: readonly DeadLetter[]): string {
  return formatTable(
    ['ID', 'SENT (UTC)', 'RECEIVED', 'CODE', 'REPOSITORY', 'REASON'],
    messages.map((message) => [
      message.id,
      formatTime(message.sentAt),
      `${message.receives}`,
      message.code ?? '-',
      formatSubject(message),
      shorten(formatReason(message), REASON_LENGTH),
    ]),
  );
}

/** Formats one message in full. */
export function formatMessage(message: DeadLetter): string {
  const { id, sentAt, receives, code, status, request, body } = message;
  const lines: [string, string | undefined][] = [
    ['id', id],
    ['sent', sentAt],
    ['received', count(receives, 'time')],
    ['queue', queueOf(message)],
    ['code', code],
    ['status', status === undefined ? undefined : `${status}`],
    ['reason', formatReason(message)],
    ['request', request],
    ['body', body],
  ];
  return lines
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${toPrintable(value)}`]))
    .join('\n');
}

function formatReason(message: DeadLetter): string {
  const name = queueOf(message) === 'sweep' ? 'sweep' : 'clean';
  return message.reason ?? `Moved by SQS after maxReceiveCount; see the log of \`${name}\``;
}

/** Formats the image name of a message, if it is known. */
function formatSubject(message: DeadLetter): string {
  if (queueOf(message) === 'sweep') return '(sweep)';
  const subjects = [message.request ?? '', message.body].map(parseJson);
  const subject = subjects.find((each) => v.is(subjectSchema, each));
  return subject === undefined ? '-' : formatImageName(subject);
}
