import type { Deadline } from '../deadline.ts';
import type { HttpResponse } from '../http/http-request.ts';
import type { Log } from '../log.ts';
import type { AccessKey, Credentials } from './credentials.ts';
import { sortIamFailure } from './failure.ts';
import { HuaweiCloudError } from './huawei-cloud-error.ts';
import type { Rejections } from './rejections.ts';
import { signSdkRequest, type UnsignedRequest } from './sign-sdk-request.ts';
import { fetchToken, type Token, type TokenOptions } from './token.ts';

export interface AuthorizerOptions extends Pick<TokenOptions, 'iamEndpoint' | 'project'> {
  /** @param fresh whether the stored secret must be read anew. */
  readonly readCredentials: (fresh: boolean) => Promise<Credentials>;
  readonly rejections: Rejections;
  readonly log: Log;
  readonly now?: () => number;
}

/** Authorization of one request. */
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

/** The gateway takes 15 minutes. The date of an answer has no fractions, and the way there takes its time. */
const TOLERANCE_MS = 14 * 60 * 1000;
/** Attempts: one may find the clock wrong, one the key changed. */
const MAX_SIGNED_TRIES = 3;
/** More than 5 rejections in a row lock an access key for 5 minutes. Other rejections have the same code. */
const LOCKED = /reach the limit/;

/**
 * Authorizer with the stored credentials of an account. With a password it keeps a token, which is fetched once for all
 * waiting calls and renewed before it ends; with an access key it signs each request, without IAM.
 */
export class StoredAuthorizer {
  readonly #options: AuthorizerOptions;
  readonly #now: () => number;
  #token: Token | undefined;
  #pending: Promise<AccessKey | Token> | undefined;
  /** SWR's clock less ours. */
  #skewMs = 0;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws {HuaweiCloudError | ServiceError} if there are no usable credentials. */
  async authorize(request: UnsignedRequest, deadline: Deadline): Promise<Authorization> {
    if (this.#token !== undefined && this.#now() < this.#token.renewAt)
      return this.#show(request, this.#token);
    this.#pending ??= this.#find(deadline).finally(() => {
      this.#pending = undefined;
    });
    const found = await this.#pending;
    if ('ak' in found) return this.#sign(request, found);
    this.#token = found;
    return this.#show(request, found);
  }

  /** Skips rejected credentials, and reads the stored secret anew: it may have been changed. */
  async #find(deadline: Deadline): Promise<AccessKey | Token> {
    const { readCredentials, rejections } = this.#options;
    const kept = await readCredentials(false);
    if (rejections.find(kept) === undefined) {
      try {
        return await this.#open(kept, deadline);
      } catch (error) {
        if (rejections.find(kept) === undefined) throw error;
      }
    }
    const fresh = await readCredentials(true);
    const rejection = rejections.find(fresh);
    if (rejection !== undefined) throw rejection;
    return await this.#open(fresh, deadline);
  }

  async #open(credentials: Credentials, deadline: Deadline): Promise<AccessKey | Token> {
    if (credentials.kind === 'access-key') return credentials;
    const { iamEndpoint, project, log } = this.#options;
    const startedAt = this.#now();
    const reject = (error: HuaweiCloudError) => this.#reject(credentials, error);
    const options = { iamEndpoint, project, reject, log, now: this.#now };
    const token = await fetchToken(credentials, options, deadline);
    log.info('token', { ms: this.#now() - startedAt, validSeconds: Math.round(token.lifeMs / 1000) });
    return token;
  }

  #show({ headers }: UnsignedRequest, token: Token): Authorization {
    return {
      headers: { ...headers, 'x-auth-token': token.value },
      secrets: [token.value],
      rejected: (_answer, attempt) => {
        // A newer one that came in the meantime is kept.
        if (this.#token === token) this.#token = undefined;
        // A rejected token that is fresh from IAM has not expired.
        return attempt === 1;
      },
    };
  }

  #sign(request: UnsignedRequest, key: AccessKey): Authorization {
    const signedAt = this.#now() + this.#skewMs;
    const { headers, signature } = signSdkRequest(request, key, new Date(signedAt));
    const secrets = [key.sk, key.securityToken, signature].filter((secret) => secret !== undefined);
    return {
      headers,
      secrets,
      rejected: (answer, attempt) => {
        const differenceMs = Date.parse(answer.headers.date ?? '') - signedAt;
        if (Math.abs(differenceMs) > TOLERANCE_MS) this.#setClock(signedAt + differenceMs);
        else this.#rejectKey(key, answer, secrets);
        return attempt < MAX_SIGNED_TRIES;
      },
    };
  }

  #setClock(time: number): void {
    const skewMs = time - this.#now();
    // Several calls at the same time find it out together.
    const isNews = Math.abs(skewMs - this.#skewMs) > TOLERANCE_MS;
    if (isNews) this.#options.log.warn('clock differs', { seconds: Math.round(skewMs / 1000) });
    this.#skewMs = skewMs;
  }

  #rejectKey(key: AccessKey, answer: HttpResponse, hide: readonly string[]): void {
    const call = 'using the stored access key';
    const error = HuaweiCloudError.fromAnswer(call, answer, sortIamFailure, { hide, nowMs: this.#now() });
    this.#reject(key, LOCKED.test(error.message) ? error.as('retry') : error);
  }

  #reject(credentials: Credentials, error: HuaweiCloudError): HuaweiCloudError {
    const { rejections, log } = this.#options;
    const { code, status, message } = error.failure;
    log.warn('login rejected', { code, status, message });
    return rejections.add(credentials, error);
  }
}
