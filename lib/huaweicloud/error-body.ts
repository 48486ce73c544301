import { readJson } from '../json.ts';
export interface ErrorBody {
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
    const code = textOf(candidate['errorCode'] ?? candidate['error_code']);
    const message = textOf(
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

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
