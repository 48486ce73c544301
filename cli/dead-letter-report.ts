import * as v from 'valibot';
import type { DeadLetter } from '../lib/aws/dead-letter-box.ts';
import { formatImageName } from './names.ts';
import { count, formatTable, shorten, toPrintable } from './table.ts';
import { formatTime } from './times.ts';

/** A reason is often a whole answer of Huawei Cloud; `failed show` has all of it. */
const REASON_LENGTH = 100;
const NO_REASON =
  'the queue gave up on it by itself, and does not say why: look into the log of the function';

const subjectSchema = v.object({ namespace: v.string(), repository: v.exactOptional(v.string()) });
const stepSchema = v.looseObject({ step: v.unknown() });

/** Which queue a message came from. A step of a sweep says so. */
export function originOf({ body }: DeadLetter): 'sweep' | 'cleanup' {
  return v.is(stepSchema, parseJson(body)) ? 'sweep' : 'cleanup';
}

/** A message in the document of `--json`; what is JSON in it is shown as such. */
export function readLetter(letter: DeadLetter) {
  const { receiptHandle: _, request, body, ...rest } = letter;
  return {
    ...rest,
    queue: originOf(letter),
    ...(request !== undefined && { request: parseJson(request) ?? request }),
    body: parseJson(body) ?? body,
  };
}

export function formatLetters(letters: readonly DeadLetter[]): string {
  return formatTable(
    ['ID', 'SENT (UTC)', 'TRIES', 'CODE', 'REPOSITORY', 'REASON'],
    letters.map((letter) => [
      letter.id,
      formatTime(letter.sentAt),
      `${letter.receives}`,
      letter.code ?? '-',
      subjectOf(letter),
      shorten(letter.reason ?? NO_REASON, REASON_LENGTH),
    ]),
  );
}

export function formatLetter(letter: DeadLetter): string {
  const { id, sentAt, receives, code, status, reason = NO_REASON, request, body } = letter;
  const lines: [string, string | undefined][] = [
    ['id', id],
    ['sent', sentAt],
    ['received', count(receives, 'time')],
    ['queue', originOf(letter)],
    ['code', code],
    ['status', status === undefined ? undefined : `${status}`],
    ['reason', reason],
    ['request', request],
    ['body', body],
  ];
  return lines
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${toPrintable(value)}`]))
    .join('\n');
}

/** What it is about, as far as that is known. */
function subjectOf(letter: DeadLetter): string {
  if (originOf(letter) === 'sweep') return '(sweep)';
  const [subject] = [letter.request, letter.body].flatMap((text) => {
    const parsed = v.safeParse(subjectSchema, parseJson(text ?? ''));
    return parsed.success ? [parsed.output] : [];
  });
  return subject === undefined ? '-' : formatImageName(subject);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
