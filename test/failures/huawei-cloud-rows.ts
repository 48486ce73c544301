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

/** The same result at SWR's two calls. */
const swr = (end: End) => ({ list: end, delete: end });
const everywhere = (end: End) => ({ token: end, ...swr(end) });
const wait = { 'Retry-After': '300' };
/** As a date, read against the caller's clock. */
const waitUntil = () => ({ 'Retry-After': new Date(Date.now() + 300_000).toUTCString() });

const gone: MatrixRow[] = [
  {
    why: 'gone, as documented',
    fault: { status: 404, body: '' },
    ends: { list: 'deleted', delete: 'deleted' },
  },
  {
    why: 'gone, as documented, with a code',
    fault: { status: 404, code: 'SVCSTG.SWR.4040010' },
    ends: { list: 'deleted', delete: 'deleted' },
  },
  ...([1, 2, 3, 4] as const).map((shape) => ({
    why: `gone, as seen in practice, in the shape ${shape}`,
    fault: { status: 400, code: 'SVCSTG.SWR.4001158', shape },
    ends: { list: 'deleted' as const, delete: 'deleted' as const },
  })),
  {
    why: 'a bad route, not gone',
    fault: { status: 404, code: 'APIGW.0101' },
    ends: everywhere('dead-lettered: APIGW.0101'),
  },
  { why: "a proxy's page, not gone", fault: { status: 404, body: PAGE }, ends: everywhere('retried') },
  { why: 'a text without a code, not gone', fault: { status: 404, body: '{}' }, ends: swr('retried') },
];

const throttled: MatrixRow[] = [
  { why: 'the gateway throttles', fault: { status: 429, code: 'APIGW.0308' }, ends: everywhere('retried') },
  {
    why: 'the gateway names a wait',
    fault: { status: 429, code: 'APIGW.0308', headers: wait },
    ends: everywhere('retried after 5 min'),
  },
  {
    why: 'the gateway names a time',
    fault: { status: 429, code: 'APIGW.0308', headers: waitUntil() },
    ends: everywhere('retried after 5 min'),
  },
  ...([1, 2, 3, 4] as const).map((shape) => ({
    why: `SWR throttles with a 403 in the shape ${shape}`,
    fault: { status: 403, code: 'SVCSTG.SWR.4031032', shape },
    ends: swr('retried'),
  })),
  {
    why: 'SWR throttles with another 403 and names a wait',
    fault: { status: 403, code: 'SVCSTG.SWR.4031042', headers: wait },
    ends: swr('retried after 5 min'),
  },
  { why: 'the resource is busy', fault: { status: 409, code: 'SVCSTG.SWR.4090023' }, ends: swr('retried') },
  { why: 'IAM throttles', fault: { status: 429, code: 'IAM.0012' }, ends: { token: 'retried' } },
];

const forbidden: MatrixRow[] = [
  ...['4030170', '4037017', '4037018', '4037020'].map((number) => ({
    why: 'a permission is missing',
    fault: { status: 403, code: `SVCSTG.SWR.${number}` },
    ends: swr(`dead-lettered: SVCSTG.SWR.${number}`),
  })),
  { why: 'no reason given', fault: { status: 403, body: '' }, ends: everywhere('dead-lettered: HTTP_403') },
  {
    why: 'a parameter is wrong',
    fault: { code: 'SVCSTG.SWR.4000014' },
    ends: swr('dead-lettered: SVCSTG.SWR.4000014'),
  },
  {
    why: 'a redirect',
    fault: { status: 302, headers: { Location: '/' } },
    ends: everywhere('dead-lettered: HTTP_302'),
  },
];

const unauthorized: MatrixRow[] = [
  ...['SVCSTG.SWR.4010000', 'APIGW.0301', 'APIGW.0307'].flatMap((code) => [
    { why: 'the token is rejected once', fault: { status: 401, code }, times: 1, ends: swr('deleted') },
    { why: 'every token is rejected', fault: { status: 401, code }, ends: swr(`dead-lettered: ${code}`) },
  ]),
  {
    why: 'the token is rejected once without a reason',
    fault: { status: 401, body: '' },
    times: 1,
    ends: swr('deleted'),
  },
  { why: 'no reason given', fault: { status: 401, body: '' }, ends: everywhere('dead-lettered: HTTP_401') },
  {
    why: 'the user is locked',
    fault: { status: 401, code: 'IAM.0061' },
    ends: { token: 'retried after 15 min' },
  },
  ...['IAM.0062', 'IAM.0066', 'IAM.0067'].map((code) => ({
    why: 'the password is wrong or expired',
    fault: { status: 401, code },
    ends: { token: `dead-lettered: ${code}` as const },
  })),
  ...['IAM.0081', 'IAM.0082'].map((code) => ({
    why: 'the user can not log in',
    fault: { status: 403, code },
    ends: { token: `dead-lettered: ${code}` as const },
  })),
  {
    why: 'the token request is invalid',
    fault: { status: 400, code: 'IAM.0011' },
    ends: { token: 'dead-lettered: IAM.0011' },
  },
  { why: 'the region fails over', fault: { status: 410, code: 'IAM.0020' }, ends: { token: 'retried' } },
];

const broken: MatrixRow[] = [
  {
    why: 'internal error, with a code',
    fault: { status: 500, code: 'SVCSTG.SWR.5000001' },
    ends: swr('retried'),
  },
  { why: 'internal error without a body', fault: { status: 500, body: '' }, ends: everywhere('retried') },
  { why: "a proxy's error page", fault: { status: 502, body: PAGE }, ends: everywhere('retried') },
  {
    why: 'unavailable, with a wait',
    fault: { status: 503, headers: wait },
    ends: everywhere('retried after 5 min'),
  },
  { why: 'unavailable', fault: { status: 504 }, ends: everywhere('retried') },
  {
    why: "a success that is a proxy's page",
    fault: { status: 200, body: PAGE },
    ends: everywhere('retried'),
  },
  {
    why: 'a success that holds an error',
    fault: { status: 200, body: '{"error_code":"X.1"}' },
    ends: swr('retried'),
  },
  { why: 'a truncated list', fault: { status: 200, body: '[{"remoteRegionId":' }, ends: { list: 'retried' } },
  { why: 'an empty success', fault: { status: 200, body: '' }, ends: { list: 'retried', delete: 'deleted' } },
  {
    why: 'a success without a token',
    fault: { omitHeaders: ['X-Subject-Token'] },
    ends: { token: 'retried' },
  },
];

const lost: MatrixRow[] = [
  {
    why: 'the connection breaks before the headers',
    fault: { reset: 'headers' },
    ends: everywhere('retried'),
  },
  { why: 'the connection breaks in the body', fault: { reset: 'body' }, ends: everywhere('retried') },
  { why: 'no answer', fault: { hang: true }, timeoutMs: 150, ends: everywhere('retried') },
  {
    why: 'the answer is too slow',
    fault: { status: 200, body: ' '.repeat(500), drip: { everyMs: 5 } },
    timeoutMs: 150,
    ends: everywhere('retried'),
  },
  {
    why: 'the answer is too long',
    fault: { status: 200, body: ' '.repeat(9 << 20) },
    ends: everywhere('retried'),
  },
  {
    why: 'the headers are too long',
    fault: { status: 200, body: '', headers: { 'X-Long': 'x'.repeat(70 << 10) } },
    ends: everywhere('retried'),
  },
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
  readonly nobodyListens?: boolean;
  /** Once a token has been given out. */
  readonly tokensExpire?: boolean;
  readonly end: End;
}

const HOUR_MS = 3_600_000;
const shifted = (ms: number) => () => Date.now() + ms;

export const circumstanceRows: readonly CircumstanceRow[] = [
  { why: 'connection refused', nobodyListens: true, end: 'retried' },
  { why: 'a token has 20 KB', options: { tokenBytes: 20 * 1024 }, end: 'deleted' },
  { why: 'its clock is a day fast', options: { clock: shifted(24 * HOUR_MS) }, end: 'deleted' },
  { why: 'its clock is a day slow', options: { clock: shifted(-24 * HOUR_MS) }, end: 'deleted' },
  { why: 'a token lives for a second only', options: { tokenLifetimeMs: 1000 }, end: 'deleted' },
  { why: 'the token has ended early', tokensExpire: true, end: 'deleted' },
];
