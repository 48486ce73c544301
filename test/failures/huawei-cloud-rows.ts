import type { EmulatorOptions, Fault } from '../../local/huaweicloud/emulator.ts';

/** Result of a message: its tasks are gone, it is in the queue again, or it is in the dead-letter queue with its reason. */
export type End =
  | 'deleted'
  | 'absent'
  | 'retried'
  | `retried after ${number} min`
  | `dead-lettered: ${string}`;

export interface MatrixRow {
  readonly why: string;
  readonly fault: Fault;
  /** Every time, if missing. */
  readonly times?: number;
  /** Time limit of a call, if it matters. */
  readonly timeoutMs?: number;
  /** By the call that fails; a call that can't fail in this way is missing. */
  readonly ends: { readonly token?: End; readonly list?: End; readonly delete?: End };
}

const PAGE = '<!DOCTYPE html><html><body>nginx</body></html>';

/** Same result for both calls of SWR. */
const swr = (end: End) => ({ list: end, delete: end });
const everywhere = (end: End) => ({ token: end, ...swr(end) });
const wait = { 'Retry-After': '300' };
/** As a date, read against the caller's clock. */
const waitUntil = () => ({ 'Retry-After': new Date(Date.now() + 300_000).toUTCString() });

function row(
  why: string,
  fault: Fault,
  ends: MatrixRow['ends'],
  more: Pick<MatrixRow, 'times' | 'timeoutMs'> = {},
): MatrixRow {
  return { why, fault, ends, ...more };
}

const gone: MatrixRow[] = [
  row('gone, as documented', { status: 404, body: '' }, { list: 'deleted', delete: 'deleted' }),
  row(
    'gone, as documented, with a code',
    { status: 404, code: 'SVCSTG.SWR.4040010' },
    { list: 'deleted', delete: 'deleted' },
  ),
  ...([1, 2, 3, 4] as const).map((shape) =>
    row(
      `gone, as seen in practice, in the shape ${shape}`,
      { status: 400, code: 'SVCSTG.SWR.4001158', shape },
      { list: 'deleted' as const, delete: 'deleted' as const },
    ),
  ),
  row('a bad route, not gone', { status: 404, code: 'APIGW.0101' }, everywhere('dead-lettered: APIGW.0101')),
  row("a proxy's page, not gone", { status: 404, body: PAGE }, everywhere('retried')),
  row('a text without a code, not gone', { status: 404, body: '{}' }, swr('retried')),
];

const throttled: MatrixRow[] = [
  row('the gateway throttles', { status: 429, code: 'APIGW.0308' }, everywhere('retried')),
  row(
    'the gateway names a wait',
    { status: 429, code: 'APIGW.0308', headers: wait },
    everywhere('retried after 5 min'),
  ),
  row(
    'the gateway names a time',
    { status: 429, code: 'APIGW.0308', headers: waitUntil() },
    everywhere('retried after 5 min'),
  ),
  ...([1, 2, 3, 4] as const).map((shape) =>
    row(
      `SWR throttles with a 403 in the shape ${shape}`,
      { status: 403, code: 'SVCSTG.SWR.4031032', shape },
      swr('retried'),
    ),
  ),
  row(
    'SWR throttles with another 403 and names a wait',
    { status: 403, code: 'SVCSTG.SWR.4031042', headers: wait },
    swr('retried after 5 min'),
  ),
  row('the resource is busy', { status: 409, code: 'SVCSTG.SWR.4090023' }, swr('retried')),
  row('IAM throttles', { status: 429, code: 'IAM.0012' }, { token: 'retried' }),
];

const forbidden: MatrixRow[] = [
  ...['4030170', '4037017', '4037018', '4037020'].map((number) =>
    row(
      'a permission is missing',
      { status: 403, code: `SVCSTG.SWR.${number}` },
      swr(`dead-lettered: SVCSTG.SWR.${number}`),
    ),
  ),
  row('no reason given', { status: 403, body: '' }, everywhere('dead-lettered: HTTP_403')),
  row('a parameter is wrong', { code: 'SVCSTG.SWR.4000014' }, swr('dead-lettered: SVCSTG.SWR.4000014')),
  row('a redirect', { status: 302, headers: { Location: '/' } }, everywhere('dead-lettered: HTTP_302')),
];

const unauthorized: MatrixRow[] = [
  ...['SVCSTG.SWR.4010000', 'APIGW.0301', 'APIGW.0307'].flatMap((code) => [
    row('the token is rejected once', { status: 401, code }, swr('deleted'), { times: 1 }),
    row('every token is rejected', { status: 401, code }, swr(`dead-lettered: ${code}`)),
  ]),
  row('the token is rejected once without a reason', { status: 401, body: '' }, swr('deleted'), { times: 1 }),
  row('no reason given', { status: 401, body: '' }, everywhere('dead-lettered: HTTP_401')),
  row('the user is locked', { status: 401, code: 'IAM.0061' }, { token: 'retried after 15 min' }),
  ...['IAM.0062', 'IAM.0066', 'IAM.0067'].map((code) =>
    row('the password is wrong or expired', { status: 401, code }, { token: `dead-lettered: ${code}` }),
  ),
  ...['IAM.0081', 'IAM.0082'].map((code) =>
    row('the user can not log in', { status: 403, code }, { token: `dead-lettered: ${code}` }),
  ),
  row(
    'the token request is invalid',
    { status: 400, code: 'IAM.0011' },
    { token: 'dead-lettered: IAM.0011' },
  ),
  row('the region fails over', { status: 410, code: 'IAM.0020' }, { token: 'retried' }),
];

const broken: MatrixRow[] = [
  row('internal error, with a code', { status: 500, code: 'SVCSTG.SWR.5000001' }, swr('retried')),
  row('internal error without a body', { status: 500, body: '' }, everywhere('retried')),
  row("a proxy's error page", { status: 502, body: PAGE }, everywhere('retried')),
  row('unavailable, with a wait', { status: 503, headers: wait }, everywhere('retried after 5 min')),
  row('unavailable', { status: 504 }, everywhere('retried')),
  row("a success that is a proxy's page", { status: 200, body: PAGE }, everywhere('retried')),
  row('a success that holds an error', { status: 200, body: '{"error_code":"X.1"}' }, swr('retried')),
  row('a truncated list', { status: 200, body: '[{"remoteRegionId":' }, { list: 'retried' }),
  row('an empty success', { status: 200, body: '' }, { list: 'retried', delete: 'deleted' }),
  row('a success without a token', { omitHeaders: ['X-Subject-Token'] }, { token: 'retried' }),
];

const lost: MatrixRow[] = [
  row('the connection breaks before the headers', { reset: 'headers' }, everywhere('retried')),
  row('the connection breaks in the body', { reset: 'body' }, everywhere('retried')),
  row('no answer', { hang: true }, everywhere('retried'), { timeoutMs: 150 }),
  row(
    'the answer is too slow',
    { status: 200, body: ' '.repeat(500), drip: { everyMs: 5 } },
    everywhere('retried'),
    { timeoutMs: 150 },
  ),
  row('the answer is too long', { status: 200, body: ' '.repeat(9 << 20) }, everywhere('retried')),
  row(
    'the headers are too long',
    { status: 200, body: '', headers: { 'X-Long': 'x'.repeat(70 << 10) } },
    everywhere('retried'),
  ),
];

/** Every failure of the two services, with its results. */
export const huaweiCloudRows: readonly MatrixRow[] = [
  ...gone,
  ...throttled,
  ...forbidden,
  ...unauthorized,
  ...broken,
  ...lost,
];

/** Unusual state of the whole cloud, and the result of a message. */
export interface CircumstanceRow {
  readonly why: string;
  readonly options?: Pick<EmulatorOptions, 'clock' | 'tokenBytes' | 'tokenLifetimeMs'>;
  readonly refused?: boolean;
  /** Once a token has been given out. */
  readonly tokensExpire?: boolean;
  readonly end: End;
}

const HOUR_MS = 3_600_000;
const shifted = (ms: number) => () => Date.now() + ms;

export const circumstanceRows: readonly CircumstanceRow[] = [
  { why: 'connection refused', refused: true, end: 'retried' },
  { why: 'a token has 20 KB', options: { tokenBytes: 20 * 1024 }, end: 'deleted' },
  { why: 'its clock is a day fast', options: { clock: shifted(24 * HOUR_MS) }, end: 'deleted' },
  { why: 'its clock is a day slow', options: { clock: shifted(-24 * HOUR_MS) }, end: 'deleted' },
  { why: 'a token lives for a second only', options: { tokenLifetimeMs: 1000 }, end: 'deleted' },
  { why: 'the token has ended early', tokensExpire: true, end: 'deleted' },
];
