import * as v from 'valibot';
import { ServiceError } from '../failure.ts';
import type { HttpResponse } from '../http/exchange.ts';
import type { TransportError } from '../http/transport-error.ts';

const bodySchema = v.object({
  __type: v.fallback(v.optional(v.string()), undefined),
  message: v.fallback(v.optional(v.string()), undefined),
  Message: v.fallback(v.optional(v.string()), undefined),
});

/** A call to AWS that did not do what it was made for. */
export class AwsError extends ServiceError {
  override readonly name = 'AwsError';

  static fromAnswer(service: string, action: string, { status, headers, body }: HttpResponse): AwsError {
    const { __type, message, Message } = parse(body);
    const header = headers['x-amzn-errortype'];
    const type = __type ?? (typeof header === 'string' ? header : undefined) ?? `HTTP_${status}`;
    // "com.amazonaws.sqs#QueueDoesNotExist" or "AccessDeniedException:http://…"
    const code = type.replace(/^.*#/, '').replace(/:.*$/, '');
    return new AwsError({
      code,
      message: `${service} ${action}: ${status} ${code} ${message ?? Message ?? ''}`.trim(),
      status,
      // A success that can't be read was written by something in between.
      retryable:
        status === 200 ||
        status >= 500 ||
        status === 429 ||
        /Throttl|TooManyRequests|LimitExceeded|ThroughputExceeded|TransactionInProgress/.test(code),
    });
  }

  static fromTransport(service: string, action: string, error: TransportError): AwsError {
    const { code, message } = error;
    return new AwsError(
      { code, message: `${service} ${action}: ${message}`, retryable: true },
      { cause: error },
    );
  }
}

function parse(body: string): Partial<v.InferOutput<typeof bodySchema>> {
  try {
    return v.parse(bodySchema, JSON.parse(body));
  } catch {
    return {};
  }
}
