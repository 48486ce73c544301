import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Log } from '../log.ts';
import { Problem } from '../webhook/problem.ts';

/** Middleware that answers every error as RFC 9457 wants it, and shows nothing of one that isn't meant for callers. */
export function answerProblems(
  log: Log,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError(request) {
      const problem = problemOf(request.error);
      if (problem.statusCode === 500) {
        log.error('unexpected', { message: request.error?.message, stack: request.error?.stack });
      } else if (problem !== request.error) {
        log.warn('unreadable', { reason: problem.message });
      }
      request.response = {
        statusCode: problem.statusCode,
        headers: { 'Content-Type': 'application/problem+json', ...problem.headers },
        body: JSON.stringify(problem),
      };
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
    const fault = { path: '', found: 'something that is not JSON', expected: 'a JSON object' };
    return new Problem(422, 'The body is not JSON.', { faults: [fault] });
  }
  return new Problem(500, 'Something went wrong here. Send the event again.');
}
