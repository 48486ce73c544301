import type { Context } from 'aws-lambda';
import { logWithin } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';

type Handler<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

/**
 * The handler, each of whose lines has the id of its invocation, as Lambda's own lines and X-Ray have it. What was measured is
 * written down before the invocation ends: after that the function stands still, perhaps for ever.
 */
export function inInvocation<Event, Answer>(
  metrics: Metrics,
  handler: Handler<Event, Answer>,
): Handler<Event, Answer> {
  return (event, context) =>
    logWithin({ awsRequestId: context.awsRequestId }, async () => {
      try {
        return await handler(event, context);
      } finally {
        metrics.flush();
      }
    });
}
