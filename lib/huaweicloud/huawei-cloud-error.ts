import { ServiceError } from '../failure.ts';
import type { HttpResponse } from '../http/http-request.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { TransportError } from '../http/transport-error.ts';
import { type FailedAnswer, parseErrorBody, type Verdict } from './failure.ts';

/** Longest code or message that is shown; some answers repeat a whole request. */
const MAX_LENGTH = 500;

export interface AnswerOptions {
  /** Secrets that were sent, to be hidden. */
  readonly hide?: readonly string[];
  readonly nowMs?: number;
}

/** Error of a call to Huawei Cloud. */
export class HuaweiCloudError extends ServiceError {
  override readonly name = 'HuaweiCloudError';
  readonly verdict: Verdict;

  private constructor(
    verdict: Verdict,
    failure: Omit<ServiceError['failure'], 'retryable'>,
    options?: ErrorOptions,
  ) {
    super({ ...failure, retryable: verdict === 'retry' }, options);
    this.verdict = verdict;
  }

  /**
   * @param call what was tried, for a person: "deleting the task cn-east-3/acme-dr of acme/api".
   * @param sort one of the two tables of `failure.ts`.
   */
  static fromAnswer(
    call: string,
    answer: HttpResponse,
    sort: (answer: FailedAnswer) => Verdict,
    { hide = [], nowMs = Date.now() }: AnswerOptions = {},
  ): HuaweiCloudError {
    const { status } = answer;
    const { html, ...said } = parseErrorBody(answer.body);
    // Some services repeat what they were sent, a body as it was written. Masked before it is cut: a part of a secret
    // would not be found.
    const forms = hide.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
    const mask = (text?: string) =>
      forms.reduce((left, secret) => left?.replaceAll(secret, '***'), text)?.slice(0, MAX_LENGTH);
    const code = mask(said.code);
    const text = [code, mask(said.message)].filter((part) => part !== undefined).join(' ');
    const verdict = sort({ status, code, html, empty: answer.body === '' });
    const retryAfterSeconds = parseRetryAfter(answer.headers['retry-after'], nowMs);
    return new HuaweiCloudError(verdict, {
      code: code ?? `HTTP_${status}`,
      message: `${call}: ${status} ${text || describeBody(answer.body, html)}`,
      status,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }

  static fromTransport(call: string, error: unknown): HuaweiCloudError {
    if (!(error instanceof TransportError)) throw error;
    return new HuaweiCloudError(
      error.isPermanent ? 'permanent' : 'retry',
      { code: error.code, message: `${call}: ${error.message}` },
      { cause: error },
    );
  }

  /** Copy of the error with another verdict or wait. */
  as(verdict: Verdict, retryAfterSeconds?: number): HuaweiCloudError {
    const { retryable: _, ...failure } = this.failure;
    const timed = retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds };
    return new HuaweiCloudError(verdict, timed, { cause: this });
  }
}

function describeBody(body: string, html: boolean): string {
  if (html) return 'with an HTML page, which is not an answer of the API';
  return body === '' ? 'with an empty body' : 'with a body that can not be read';
}
