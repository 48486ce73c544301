import type { MiddlewareObj } from '@middy/core';
import { failureOf } from '../failure.ts';
import { firstIssues } from '../issues.ts';
import type { Log } from '../log.ts';
import { answerHttp, type HttpAnswer, sourceNameOf } from './http-event.ts';
import { Problem } from './problem.ts';
import type { WebhookEvent } from './verify-delivery.ts';

/**
 * Middleware that answers every error as RFC 9457 wants it and logs it with its source; nothing is shown of an error
 * that isn't meant for callers.
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
  // The two that the body parser throws.
  if (statusCode === 415) {
    return new Problem(
      415,
      'Send JSON as application/json; in GitHub that is the content type of the webhook.',
    );
  }
  if (statusCode === 422) {
    const issue = { path: '', found: 'something that is not JSON', expected: 'a JSON object' };
    return new Problem(422, 'The body is not JSON.', { issues: [issue] });
  }
  return new Problem(500, 'Something went wrong here. Send the event again.', { cause: error });
}
