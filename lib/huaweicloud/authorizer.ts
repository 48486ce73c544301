import type { Deadline } from '../deadline.ts';
import type { HttpRequest, HttpResponse } from '../http/http-request.ts';

/** Request without authorization. Its headers have lower-case names. */
export type UnsignedRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

/** Authorizer of an account's calls. */
export interface Authorizer {
  /** @throws {HuaweiCloudError | ServiceError} if there are no usable credentials. */
  authorize(request: UnsignedRequest, deadline: Deadline): Promise<Authorization>;
}

export interface Authorization {
  /** All headers of the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Secrets that an answer may repeat, to be hidden in errors. */
  readonly secrets: readonly string[];
  /**
   * Notes that an answer rejects this authorization.
   *
   * @param attempt number of the attempt, from 1.
   * @returns whether the request may be authorized and sent again.
   */
  rejected(answer: HttpResponse, attempt: number): boolean;
}
