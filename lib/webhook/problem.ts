import { STATUS_CODES } from 'node:http';
import type { MiddlewareObj } from '@middy/core';
import { failureOf } from '../failure.ts';
import { firstIssues, type Issue } from '../issues.ts';
import type { Log } from '../log.ts';
import { answerHttp, type HttpAnswer, sourceNameOf, type WebhookEvent } from './http-event.ts';

/** Status of an answer to a rejected delivery. */
export type ProblemStatus = 401 | 404 | 405 | 413 | 415 | 422 | 429 | 500 | 503;

interface ProblemOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly issues?: readonly Issue[];
  /** Distinguishes problems of one status in the log. */
  readonly code?: string;
}

/** Error that is meant for the caller, who sees everything but its cause. Its JSON is a problem of RFC 9457. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly statusCode: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
  readonly code: string | undefined;

  /** @param detail failure and next step, without anything that helps to forge a signature. */
  constructor(statusCode: ProblemStatus, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.statusCode = statusCode;
    this.headers = options.headers ?? {};
    this.issues = options.issues ?? [];
    this.code = options.code;
  }

  toJSON(): Record<string, unknown> {
    const { first, more } = firstIssues(this.issues);
    const rest = more > 0 ? ` The first ${first.length} issues are listed, … and ${more} more.` : '';
    return {
      type: 'about:blank',
      // RFC 9457 wants HTTP's own phrase beside `about:blank`.
      title: STATUS_CODES[this.statusCode],
      status: this.statusCode,
      detail: `${this.message}${rest}`,
      ...(first.length > 0 && { errors: first }),
    };
  }
}

/**
 * Middleware that answers every error in the form of RFC 9457, and logs it with its source. Errors that aren't meant for
 * callers are answered without their message.
 */
export function answerProblems(log: Log): MiddlewareObj<WebhookEvent, HttpAnswer> {
  return {
    onError(request) {
      const problem = problemOf(request.error);
      const { statusCode: status, message: reason, code, cause, headers } = problem;
      const { first: issues, more: moreIssues } = firstIssues(problem.issues);
      const level = status >= 500 ? 'error' : 'warn';
      log[level]('rejected', {
        source: sourceNameOf(request.event).slice(0, 100),
        status,
        reason,
        ...(code !== undefined && { code }),
        ...(issues.length > 0 && { issues }),
        ...(moreIssues > 0 && { moreIssues }),
        ...(cause !== undefined && { cause: failureOf(cause) }),
        ...(status === 500 && cause instanceof Error && { stack: cause.stack }),
      });
      const { verified } = request.event;
      const type = { 'Content-Type': 'application/problem+json' };
      request.response = answerHttp(
        verified?.answersTo ?? request.event,
        status,
        { ...type, ...headers },
        problem,
      );
    },
  };
}

function problemOf(error: Error | null | undefined): Problem {
  if (error instanceof Problem) return error;
  const statusCode =
    error !== null && error !== undefined && 'statusCode' in error ? error.statusCode : undefined;
  // Both are errors of the body parser.
  if (statusCode === 415) {
    return new Problem(
      415,
      "Unsupported media type: send application/json. On GitHub, it is the webhook's content type.",
    );
  }
  if (statusCode === 422) {
    const issue = { path: '', found: 'something that is not JSON', expected: 'a JSON object' };
    return new Problem(422, 'The body is not JSON.', { issues: [issue] });
  }
  return new Problem(500, 'Internal error. Redeliver the event.', { cause: error });
}
