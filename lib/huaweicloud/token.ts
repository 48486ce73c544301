import * as v from 'valibot';
import type { Deadline } from '../deadline.ts';
import { exchange, type HttpResponse } from '../http/exchange.ts';
import type { Log } from '../log.ts';
import type { Credentials } from './credentials.ts';
import { sortIamFailure } from './failure.ts';
import { HuaweiCloudError } from './huawei-cloud-error.ts';
import type { Refusals } from './refusals.ts';

/** Answers are small without the catalog; with one they are known to reach hundreds of kilobytes. */
const MAX_BODY_BYTES = 1024 * 1024;
const CALL_LIMIT_MS = 10_000;
/** A token is renewed so long before its end, or when a fifth of its life is left, whichever is later. */
const RENEW_BEFORE_MS = 10 * 60 * 1000;
/** For an answer that doesn't say how long its token lives. */
const ASSUMED_LIFE_MS = 10 * 60 * 1000;

const answerSchema = v.object({
  token: v.object({ expires_at: v.string(), issued_at: v.optional(v.string()) }),
});

interface Token {
  readonly value: string;
  readonly renewAt: number;
}

export interface TokenOptions {
  readonly iamEndpoint: string;
  /** The IAM project that the token is for: the region's name. */
  readonly project: string;
  /** @param fresh whether the stored secret must be read anew. */
  readonly readCredentials: (fresh: boolean) => Promise<Credentials>;
  readonly refusals: Refusals;
  readonly log: Log;
  readonly now?: () => number;
}

/** The IAM token of one account: fetched once however many wait for it, kept, and renewed before it ends. */
export class TokenKeeper {
  readonly #options: TokenOptions;
  readonly #now: () => number;
  #token: Token | undefined;
  #pending: Promise<Token> | undefined;

  constructor(options: TokenOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws {HuaweiCloudError | ServiceError} where there is no token to be had, or no credentials. */
  async get(deadline: Deadline): Promise<string> {
    if (this.#token !== undefined && this.#now() < this.#token.renewAt) return this.#token.value;
    this.#pending ??= this.#login(deadline).finally(() => {
      this.#pending = undefined;
    });
    this.#token = await this.#pending;
    return this.#token.value;
  }

  /** SWR doesn't take this token any more. A newer one that came in the meantime is kept. */
  discard(value: string): void {
    if (this.#token?.value === value) this.#token = undefined;
  }

  async #login(deadline: Deadline): Promise<Token> {
    const kept = await this.#options.readCredentials(false);
    try {
      return await this.#loginAs(kept, deadline);
    } catch (error) {
      const { refusals } = this.#options;
      if (refusals.find(kept) === undefined) throw error;
      // Somebody may have changed the password, and the stored secret with it.
      return await this.#loginAs(await this.#options.readCredentials(true), deadline);
    }
  }

  async #loginAs(credentials: Credentials, deadline: Deadline): Promise<Token> {
    const refused = this.#options.refusals.find(credentials);
    if (refused !== undefined) throw refused;
    const startedAt = this.#now();
    const answer = await this.#request(credentials, deadline);
    const value = answer.headers['x-subject-token'];
    if (answer.status === 201 && typeof value === 'string' && value !== '') {
      const lifeMs = lifeOf(answer) ?? ASSUMED_LIFE_MS;
      this.#options.log.info('token', {
        ms: this.#now() - startedAt,
        validSeconds: Math.round(lifeMs / 1000),
      });
      return { value, renewAt: startedAt + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs / 5) };
    }
    throw this.#failed(answer, credentials);
  }

  async #request({ domain, user, password }: Credentials, deadline: Deadline): Promise<HttpResponse> {
    const { iamEndpoint, project } = this.#options;
    const identity = {
      methods: ['password'],
      password: { user: { domain: { name: domain }, name: user, password } },
    };
    try {
      return await exchange({
        method: 'POST',
        url: new URL(`${iamEndpoint}/v3/auth/tokens?nocatalog=true`),
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ auth: { identity, scope: { project: { name: project } } } }),
        timeoutMs: Math.min(CALL_LIMIT_MS, deadline.remainingMs()),
        maxBodyBytes: MAX_BODY_BYTES,
      });
    } catch (error) {
      throw HuaweiCloudError.fromTransport('getting an IAM token', error);
    }
  }

  #failed(answer: HttpResponse, credentials: Credentials): HuaweiCloudError {
    const error = HuaweiCloudError.fromAnswer('getting an IAM token', answer, sortIamFailure, {
      hide: [credentials.password],
      nowMs: this.#now(),
    });
    if (!isRefusal(answer.status, error)) return error;
    this.#options.refusals.add(credentials, error);
    return this.#options.refusals.find(credentials) ?? error;
  }
}

/** Whether it was the user or the password that IAM did not accept, so that another try could lock the user. */
function isRefusal(status: number, { verdict }: HuaweiCloudError): boolean {
  return status === 401 || (status === 403 && verdict === 'needs-person');
}

/** How long the token lives, by IAM's own clock, so that ours may be wrong. */
function lifeOf(answer: HttpResponse): number | undefined {
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    return undefined;
  }
  const result = v.safeParse(answerSchema, body);
  if (!result.success) return undefined;
  const { expires_at: end, issued_at: start } = result.output.token;
  const lifeMs = Date.parse(end) - Date.parse(start ?? answer.headers.date ?? '');
  return lifeMs > 0 ? lifeMs : undefined;
}
