import type { MiddlewareObj } from '@middy/core';
import type { Log } from '../log.ts';

/** Middleware that logs an invocation that fails as a whole, in the form of all other lines. */
export function logFailure(log: Log): MiddlewareObj<unknown, unknown> {
  return {
    onError({ error, context }) {
      log.error('invocation failed', { awsRequestId: context.awsRequestId, message: error?.message });
    },
  };
}
