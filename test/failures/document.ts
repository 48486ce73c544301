import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { AWS_PLACES, applies, awsEndOf, awsPlaces, awsRows } from './aws-rows.ts';
import { circumstanceRows, huaweiCloudRows, type MatrixRow } from './huawei-cloud-rows.ts';

/** Text of `docs/failures.md`, from the rows that the tests run. */
export function describeFailures(): string {
  return `# Failures

The result of a request for each failure. Every row is a test (\`test/failures\`), and \`npm run failures\` writes this page from
the same rows.

| result | meaning |
| --- | --- |
| deleted | the task is gone, and so is the message |
| absent | the task was already gone, which is a success |
| retried | nothing is lost: the message returns after the queue's visibility timeout, or after the requested wait. After the stage's number of attempts it is dead-lettered |
| dead-lettered | the message is in the dead-letter queue with the code and the reason; fix the cause, then \`swr-sync failed retry\` |

## Huawei Cloud

Failures when \`clean\` gets a token, lists the tasks, and deletes one. A dash: this call can't fail in that way.

${table(
  ['failure', 'answer', 'token', 'list', 'delete'],
  huaweiCloudRows.map((row) => [
    row.why,
    answerOf(row),
    row.ends.token ?? '–',
    row.ends.list ?? '–',
    row.ends.delete ?? '–',
  ]),
)}

| state of the cloud | result |
| --- | --- |
${circumstanceRows.map(({ why, end }) => `| ${why} | ${end} |`).join('\n')}

## AWS

Failures of the services that \`clean\` uses. Each deletion needs an entry in the ledger first. So if the ledger can't be written, the
message is retried, whatever the reason. If only the result of a deletion can't be written, the message is retried to record it.

${awsPlaces.map((place, index) => `${index + 1}. ${AWS_PLACES[place]}`).join('\n')}

${table(
  ['failure', 'answer', ...awsPlaces.map((_, index) => `${index + 1}`)],
  awsRows.map((row) => [
    row.why,
    typeof row.fault === 'string' ? '' : [row.fault.status, row.fault.code ?? 'a page'].join(' '),
    ...awsPlaces.map((place) => (applies(row, place) ? awsEndOf(row, place) : '–')),
  ]),
)}

If the queue fails while \`receive\` sends a request to it, the answer is 503 with \`Retry-After\`: the sender must resend the event.
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
