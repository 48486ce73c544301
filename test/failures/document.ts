import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { AWS_PLACES, applies, awsEndOf, awsPlaces, awsRows } from './aws-rows.ts';
import { circumstanceRows, huaweiCloudRows, type MatrixRow } from './huawei-cloud-rows.ts';

/** The text of `docs/failures.md`: the rows of the tables that the tests go through. */
export function describeFailures(): string {
  return `# Failures

How a request ends that meets a failure. Every row is a test (\`test/failures\`), and \`npm run failures\` writes this page from
the same rows.

| end | meaning |
| --- | --- |
| deleted | the task is gone, and so is the message |
| absent | the task was gone already, which is a success |
| back | nothing is lost: the message comes back after the queue's visibility timeout, or after the time that was asked for. After the stage's number of tries it is dead-lettered |
| dead-lettered | the message is in the dead-letter queue with the reason; fix the cause, then \`swr-sync failed retry\` |

## Huawei Cloud

What \`clean\` finds where it gets a token, lists the tasks, and deletes one. A dash: this call can't fail in that way.

${table(
  ['what happens', 'answer', 'token', 'list', 'delete'],
  huaweiCloudRows.map((row) => [
    row.why,
    answerOf(row),
    row.ends.token ?? '–',
    row.ends.list ?? '–',
    row.ends.delete ?? '–',
  ]),
)}

| what the cloud is like | end |
| --- | --- |
${circumstanceRows.map(({ why, end }) => `| ${why} | ${end} |`).join('\n')}

## AWS

What \`clean\` finds at its own services. Nothing is deleted that is not on the record before, so where the ledger can't be
written the message comes back, whatever the reason; where only the end of a deletion can't be written, it comes back once more to
say so.

${awsPlaces.map((place, index) => `${index + 1}. ${AWS_PLACES[place]}`).join('\n')}

${table(
  ['what happens', 'answer', ...awsPlaces.map((_, index) => `${index + 1}`)],
  awsRows.map((row) => [
    row.why,
    typeof row.fault === 'string' ? '' : [row.fault.status, row.fault.code ?? 'a page'].join(' '),
    ...awsPlaces.map((place) => (applies(row, place) ? awsEndOf(row, place) : '–')),
  ]),
)}

A failure of the queue itself while \`receive\` wants to put a request there is answered 503 with \`Retry-After\`, so that the sender
knows that it was not taken.
`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function answerOf({ fault, times }: MatrixRow): string {
  const often = times === undefined ? '' : ', once';
  return `${[statusOf(fault), fault.code, bodyOf(fault), headersOf(fault)].filter(Boolean).join(' ')}${often}`;
}

function statusOf({ status, code = '' }: Fault): string {
  return String(status ?? /^SVCSTG\.SWR\.(\d{3})/.exec(code)?.[1] ?? '');
}

function bodyOf({ body, shape, reset, hang }: Fault): string {
  if (shape !== undefined) return `(shape ${shape})`;
  if (body === undefined || reset !== undefined || hang === true) return '';
  if (body === '') return 'empty';
  if (body.startsWith('<')) return 'a page';
  return body.length > 80 ? '' : `\`${body}\``;
}

function headersOf({ headers = {} }: Fault): string {
  const wait = headers['Retry-After'];
  if (wait === undefined) return '';
  return /^\d+$/.test(wait) ? `\`Retry-After: ${wait}\`` : '`Retry-After` as a date';
}
