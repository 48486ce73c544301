import * as v from 'valibot';
import type { Deadline } from '../deadline.ts';
import type { HttpResponse } from '../http/http-request.ts';
import { readJson } from '../json.ts';
import type { Log } from '../log.ts';
import { callHuaweiCloud } from './call.ts';
import type { Login } from './credentials.ts';
import { sortIamFailure } from './failure.ts';
import { HuaweiCloudError } from './huawei-cloud-error.ts';

/** Answers are small without the catalog; with one they are known to reach hundreds of kilobytes. */
const MAX_BODY_BYTES = 1024 * 1024;
/** A token is renewed so long before its end, or when a fifth of its life is left, whichever is later. */
const RENEW_BEFORE_MS = 10 * 60 * 1000;
/** For an answer that doesn't say how long its token lives. */
const ASSUMED_LIFE_MS = 10 * 60 * 1000;

const tokenSchema = v.object({
  token: v.object({ expires_at: v.string(), issued_at: v.optional(v.string()) }),
});

export interface Token {
  readonly value: string;
  readonly lifeMs: number;
  readonly renewAt: number;
}

export interface TokenOptions {
  readonly iamEndpoint: string;
  /** The IAM project that the token is for: the region's name. */
  readonly project: string;
  /** Notes that IAM rejected the user or the password, and returns the error to throw. */
  readonly reject: (error: HuaweiCloudError) => HuaweiCloudError;
  readonly log: Log;
  readonly now: () => number;
}

interface Question {
  /** Name of the call in messages. */
  readonly call: string;
  readonly identity: object;
  readonly scope: object;
  /** A password, or a token that goes into the header. */
  readonly secret: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Gets a token for the project: the user's own, or with its help one of the agency.
 *
 * @throws {HuaweiCloudError}
 */
export async function fetchToken(login: Login, options: TokenOptions, deadline: Deadline): Promise<Token> {
  const { domain, user, password } = login;
  const forProject = { project: { name: options.project } };
  const question: Question = {
    call: 'getting an IAM token',
    identity: {
      methods: ['password'],
      password: { user: { domain: { name: domain }, name: user, password } },
    },
    // Agent Operator is given for the whole account: a token for a project would not have it.
    scope: login.kind === 'agency' ? { domain: { name: domain } } : forProject,
    secret: password,
  };
  const own = await ask(question, options, deadline).catch((error: unknown) => {
    throw isRejection(error) ? options.reject(error) : error;
  });
  if (login.kind === 'password') return own;
  const { agencyDomain, agency } = login;
  // A failure of this one says nothing about the user and the password.
  return await ask(
    {
      call: 'getting an IAM token of the agency',
      identity: {
        methods: ['assume_role'],
        assume_role: { domain_name: agencyDomain, agency_name: agency },
      },
      scope: forProject,
      secret: own.value,
      headers: { 'X-Auth-Token': own.value },
    },
    options,
    deadline,
  );
}

async function ask(
  { call, identity, scope, secret, headers }: Question,
  { iamEndpoint, log, now }: TokenOptions,
  deadline: Deadline,
): Promise<Token> {
  const startedAt = now();
  const answer = await callHuaweiCloud(
    {
      service: 'iam',
      call,
      method: 'POST',
      url: new URL(`${iamEndpoint}/v3/auth/tokens?nocatalog=true`),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
      body: JSON.stringify({ auth: { identity, scope } }),
      maxBodyBytes: MAX_BODY_BYTES,
      deadline,
    },
    log,
  );
  const value = answer.headers['x-subject-token'];
  if (answer.status !== 201 || typeof value !== 'string' || value === '') {
    throw HuaweiCloudError.fromAnswer(call, answer, sortIamFailure, { hide: [secret], nowMs: now() });
  }
  const lifeMs = lifeOf(answer) ?? ASSUMED_LIFE_MS;
  return { value, lifeMs, renewAt: startedAt + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs / 5) };
}

/** True if IAM rejected the user or the password, so that another attempt could lock the user. */
function isRejection(error: unknown): error is HuaweiCloudError {
  if (!(error instanceof HuaweiCloudError)) return false;
  const { status } = error.failure;
  return status === 401 || (status === 403 && error.verdict === 'permanent');
}

/** Lifetime of a token in milliseconds, by IAM's own clock: ours may be wrong. */
function lifeOf(answer: HttpResponse): number | undefined {
  const result = v.safeParse(tokenSchema, readJson(answer.body));
  if (!result.success) return undefined;
  const { expires_at: end, issued_at: start } = result.output.token;
  const lifeMs = Date.parse(end) - Date.parse(start ?? answer.headers.date ?? '');
  return lifeMs > 0 ? lifeMs : undefined;
}
