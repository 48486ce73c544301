import { readJson } from '../json.ts';

/**
 * Verdict on a failed call.
 * `gone`: the task does not exist; `retry`: a transient failure; `relogin`: the token is not valid any more;
 * `permanent`: the same call will fail the same way until a person fixes the cause.
 */
export type Verdict = 'gone' | 'retry' | 'relogin' | 'permanent';

export interface FailedAnswer {
  readonly status: number;
  readonly code?: string | undefined;
  /** The body is a page of a proxy, not an answer of the API. */
  readonly html?: boolean;
  /** The body is empty. */
  readonly empty?: boolean;
}

/** Codes with another verdict than their status. Source: SWR API reference, "Error Codes". */
const SWR_CODES: Readonly<Record<string, Verdict>> = {
  // What DELETE answers in practice for a task that does not exist, under status 400.
  'SVCSTG.SWR.4001158': 'gone',
  // Flow control, which SWR itself answers with 403.
  'SVCSTG.SWR.4031032': 'retry',
  'SVCSTG.SWR.4031042': 'retry',
  // The resource is busy.
  'SVCSTG.SWR.4090023': 'retry',
  'SVCSTG.SWR.4010000': 'relogin',
  'APIGW.0301': 'relogin',
  'APIGW.0307': 'relogin',
  'APIGW.0308': 'retry',
  // No such API: a wrong host or a wrong path, under status 404. Nothing is known about the task.
  'APIGW.0101': 'permanent',
};

/** True for an answer that reports throttling. */
export function isThrottle({ status, code }: FailedAnswer): boolean {
  return status === 429 || code === 'SVCSTG.SWR.4031032' || code === 'SVCSTG.SWR.4031042';
}

/** Sorts a failed answer of SWR or of the gateway before it. */
export function sortSwrFailure(answer: FailedAnswer): Verdict {
  const { status, code = '' } = answer;
  const byCode = Object.hasOwn(SWR_CODES, code) ? SWR_CODES[code] : undefined;
  if (byCode !== undefined) return byCode;
  if (status === 404) return sortNotFound(answer);
  if (status === 401) return 'relogin';
  return sortByStatus(status);
}

/** A missing organization, repository or task, but only if it is SWR that says so. */
function sortNotFound({ code, empty }: FailedAnswer): Verdict {
  if (code !== undefined) return code.startsWith('APIGW.') ? 'permanent' : 'gone';
  return empty === true ? 'gone' : 'retry';
}

/**
 * Sorts a failed answer of IAM. No 401 is worth another try with the same password: five of them lock the user.
 * Source: IAM API reference, "Obtaining a User Token Through Password Authentication" and "Error Codes".
 */
export function sortIamFailure({ status, code, html }: FailedAnswer): Exclude<Verdict, 'gone' | 'relogin'> {
  // Locked: IAM unlocks the user by itself, so the request waits. The rejected password is not sent until then.
  if (code === 'IAM.0061') return 'retry';
  // The region is failing over.
  if (status === 410 || code === 'IAM.0020' || code === 'IAM.0012') return 'retry';
  // IAM answers with JSON; a page is some proxy's.
  if (html === true) return 'retry';
  return sortByStatus(status);
}

function sortByStatus(status: number): 'retry' | 'permanent' {
  // An unreadable success is transient, too.
  if (status < 300 || status >= 500) return 'retry';
  return status === 408 || status === 409 || status === 425 || status === 429 ? 'retry' : 'permanent';
}

/** Code and message of an error body. */
interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  /** True for a page, which a proxy wrote and not the API. */
  readonly html: boolean;
}

/**
 * Reads the code and the message out of any error body that Huawei Cloud sends: the four shapes of SWR and its
 * gateway (`errors[]`, a bare array, `errorCode`, `error_code`), and IAM's `{"error":{…}}`.
 */
export function parseErrorBody(text: string): ErrorBody {
  const body = readJson(text);
  if (body === undefined) return { html: text.trimStart().startsWith('<') };
  for (const candidate of candidates(body)) {
    const code = nonEmptyText(candidate['errorCode'] ?? candidate['error_code']);
    const message = nonEmptyText(
      candidate['errorMessage'] ?? candidate['error_msg'] ?? candidate['message'] ?? candidate['title'],
    );
    if (code !== undefined || message !== undefined) {
      return { ...(code !== undefined && { code }), ...(message !== undefined && { message }), html: false };
    }
  }
  return { html: false };
}

/** The objects that may hold a code: the most detailed first. */
function* candidates(body: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(body)) yield* body.filter(isObject);
  if (!isObject(body)) return;
  if (Array.isArray(body['errors'])) yield* body['errors'].filter(isObject);
  yield body;
  if (isObject(body['error'])) yield body['error'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
