import type { Deadline } from '../deadline.ts';
import type { HttpRequest, HttpResponse } from '../http/http-request.ts';

/** What is known of a request before it is proven whose it is. Its headers have names in lower case. */
export type UnsignedRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

/** How the calls of an account prove whose they are. */
export interface Authorizer {
  /** @throws {HuaweiCloudError | ServiceError} where there is nothing to prove it with. */
  authorize(request: UnsignedRequest, deadline: Deadline): Promise<Proof>;
}

export interface Proof {
  /** All headers of the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** What an answer may repeat, and nobody may be shown. */
  readonly secrets: readonly string[];
  /**
   * The answer says that this proof is not accepted.
   *
   * @param attempt which try it was, from 1.
   * @returns whether the request is worth another proof.
   */
  refused(answer: HttpResponse, attempt: number): boolean;
}
