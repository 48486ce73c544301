import type { EmulatorOptions, Fault } from '../../local/huaweicloud/emulator.ts';

/** Where a message ends: its tasks are gone, or it is in the queue again, or it is with its reason in the dead-letter queue. */
export type End = 'deleted' | 'absent' | 'back' | `back after ${number} min` | `dead-lettered as ${string}`;

export interface MatrixRow {
  readonly why: string;
  readonly fault: Fault;
  /** Every time, if missing. */
  readonly times?: number;
  /** How long a call may take, where that matters. */
  readonly timeoutMs?: number;
  /** By the call that fails; one that can't fail in this way is missing. */
  readonly ends: { readonly token?: End; readonly list?: End; readonly delete?: End };
}

const PAGE = '<!DOCTYPE html><html><body>nginx</body></html>';

/** The same end at SWR's two calls. */
const swr = (end: End) => ({ list: end, delete: end });
const everywhere = (end: End) => ({ token: end, ...swr(end) });
const wait = { 'Retry-After': '300' };
/** As a date; it is read against the clock of whoever waits. */
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
    ends: everywhere('dead-lettered as APIGW.0101'),
  },
  {
    why: "a proxy's page, not gone",
    fault: { status: 404, body: PAGE },
    ends: everywhere('back'),
  },
  { why: 'a text without a code, not gone', fault: { status: 404, body: '{}' }, ends: swr('back') },
];

const throttled: MatrixRow[] = [
  { why: 'the gateway throttles', fault: { status: 429, code: 'APIGW.0308' }, ends: everywhere('back') },
  {
    why: 'the gateway says for how long',
    fault: { status: 429, code: 'APIGW.0308', headers: wait },
    ends: everywhere('back after 5 min'),
  },
  {
    why: 'the gateway says until when',
    fault: { status: 429, code: 'APIGW.0308', headers: waitUntil() },
    ends: everywhere('back after 5 min'),
  },
  ...([1, 2, 3, 4] as const).map((shape) => ({
    why: `SWR throttles with a 403 in the shape ${shape}`,
    fault: { status: 403, code: 'SVCSTG.SWR.4031032', shape },
    ends: swr('back'),
  })),
  {
    why: 'SWR throttles with another 403 and says for how long',
    fault: { status: 403, code: 'SVCSTG.SWR.4031042', headers: wait },
    ends: swr('back after 5 min'),
  },
  { why: 'the resource is busy', fault: { status: 409, code: 'SVCSTG.SWR.4090023' }, ends: swr('back') },
  { why: 'IAM throttles', fault: { status: 429, code: 'IAM.0012' }, ends: { token: 'back' } },
];

const forbidden: MatrixRow[] = [
  ...['4030170', '4037017', '4037018', '4037020'].map((number) => ({
    why: 'a permission is missing',
    fault: { status: 403, code: `SVCSTG.SWR.${number}` },
    ends: swr(`dead-lettered as SVCSTG.SWR.${number}`),
  })),
  { why: 'nobody says why', fault: { status: 403, body: '' }, ends: everywhere('dead-lettered as HTTP_403') },
  {
    why: 'a parameter is wrong',
    fault: { code: 'SVCSTG.SWR.4000014' },
    ends: swr('dead-lettered as SVCSTG.SWR.4000014'),
  },
  {
    why: 'a redirect',
    fault: { status: 302, headers: { Location: '/' } },
    ends: everywhere('dead-lettered as HTTP_302'),
  },
];

const unauthorized: MatrixRow[] = [
  ...['SVCSTG.SWR.4010000', 'APIGW.0301', 'APIGW.0307'].flatMap((code) => [
    { why: 'the token is refused once', fault: { status: 401, code }, times: 1, ends: swr('deleted') },
    { why: 'every token is refused', fault: { status: 401, code }, ends: swr(`dead-lettered as ${code}`) },
  ]),
  {
    why: 'the token is refused once without a word',
    fault: { status: 401, body: '' },
    times: 1,
    ends: swr('deleted'),
  },
  { why: 'nobody says why', fault: { status: 401, body: '' }, ends: everywhere('dead-lettered as HTTP_401') },
  {
    why: 'the user is locked',
    fault: { status: 401, code: 'IAM.0061' },
    ends: { token: 'back after 15 min' },
  },
  ...['IAM.0062', 'IAM.0066', 'IAM.0067'].map((code) => ({
    why: 'the password is of no use',
    fault: { status: 401, code },
    ends: { token: `dead-lettered as ${code}` as const },
  })),
  ...['IAM.0081', 'IAM.0082'].map((code) => ({
    why: 'the user is of no use',
    fault: { status: 403, code },
    ends: { token: `dead-lettered as ${code}` as const },
  })),
  {
    why: 'the request for a token is wrong',
    fault: { status: 400, code: 'IAM.0011' },
    ends: { token: 'dead-lettered as IAM.0011' },
  },
  { why: 'the region fails over', fault: { status: 410, code: 'IAM.0020' }, ends: { token: 'back' } },
];

const broken: MatrixRow[] = [
  { why: 'broken, with a code', fault: { status: 500, code: 'SVCSTG.SWR.5000001' }, ends: swr('back') },
  { why: 'broken and silent', fault: { status: 500, body: '' }, ends: everywhere('back') },
  { why: 'a broken proxy', fault: { status: 502, body: PAGE }, ends: everywhere('back') },
  {
    why: 'away, for how long is said',
    fault: { status: 503, headers: wait },
    ends: everywhere('back after 5 min'),
  },
  { why: 'away', fault: { status: 504 }, ends: everywhere('back') },
  { why: "a success that is a proxy's page", fault: { status: 200, body: PAGE }, ends: everywhere('back') },
  {
    why: 'a success that holds an error',
    fault: { status: 200, body: '{"error_code":"X.1"}' },
    ends: swr('back'),
  },
  { why: 'half of a list', fault: { status: 200, body: '[{"remoteRegionId":' }, ends: { list: 'back' } },
  { why: 'an empty success', fault: { status: 200, body: '' }, ends: { list: 'back', delete: 'deleted' } },
  { why: 'a success without a token', fault: { omitHeaders: ['X-Subject-Token'] }, ends: { token: 'back' } },
];

const lost: MatrixRow[] = [
  { why: 'the connection breaks before the headers', fault: { reset: 'headers' }, ends: everywhere('back') },
  { why: 'the connection breaks in the body', fault: { reset: 'body' }, ends: everywhere('back') },
  { why: 'no answer comes', fault: { hang: true }, timeoutMs: 150, ends: everywhere('back') },
  {
    why: 'the answer comes too slowly',
    fault: { status: 200, body: ' '.repeat(500), drip: { everyMs: 5 } },
    timeoutMs: 150,
    ends: everywhere('back'),
  },
  {
    why: 'the answer is too long',
    fault: { status: 200, body: ' '.repeat(9 << 20) },
    ends: everywhere('back'),
  },
  {
    why: 'the headers are too long',
    fault: { status: 200, body: '', headers: { 'X-Long': 'x'.repeat(70 << 10) } },
    ends: everywhere('back'),
  },
];

/** Every failure of the two services, and where each leads. */
export const huaweiCloudRows: readonly MatrixRow[] = [
  ...gone,
  ...throttled,
  ...forbidden,
  ...unauthorized,
  ...broken,
  ...lost,
];

/** What may be unusual about the whole cloud, and how a message ends whose tasks are to go. */
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
  { why: 'nobody listens', nobodyListens: true, end: 'back' },
  { why: 'a token has 20 KB', options: { tokenBytes: 20 * 1024 }, end: 'deleted' },
  { why: 'its clock is a day fast', options: { clock: shifted(24 * HOUR_MS) }, end: 'deleted' },
  { why: 'its clock is a day slow', options: { clock: shifted(-24 * HOUR_MS) }, end: 'deleted' },
  { why: 'a token lives for a second only', options: { tokenLifetimeMs: 1000 }, end: 'deleted' },
  { why: 'the token has ended early', tokensExpire: true, end: 'deleted' },
];
