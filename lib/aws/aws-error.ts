import * as v from 'valibot';
import { ServiceError } from '../failure.ts';
import type { HttpResponse } from '../http/http-request.ts';
import type { TransportError } from '../http/transport-error.ts';
import { readJson } from '../json.ts';

const bodySchema = v.object({
  __type: v.fallback(v.optional(v.string()), undefined),
  message: v.fallback(v.optional(v.string()), undefined),
  Message: v.fallback(v.optional(v.string()), undefined),
});

/** Of what an answer says; some repeat a whole request. */
const MAX_LENGTH = 500;

/** A call to AWS that did not do what it was made for. */
export class AwsError extends ServiceError {
  override readonly name = 'AwsError';

  /** @param hide what was sent and must not be shown: where a signature doesn't fit, AWS says what should have been signed. */
  static fromAnswer(
    service: string,
    action: string,
    { status, headers, body }: HttpResponse,
    hide: readonly string[] = [],
  ): AwsError {
    const { __type, message, Message } = parse(body);
    const said = hide.reduce((text, secret) => text.replaceAll(secret, '***'), message ?? Message ?? '');
    const header = headers['x-amzn-errortype'];
    const type = __type ?? (typeof header === 'string' ? header : undefined) ?? `HTTP_${status}`;
    // "com.amazonaws.sqs#QueueDoesNotExist" or "AccessDeniedException:http://…"
    const [code = type] = type.slice(type.lastIndexOf('#') + 1).split(':', 1);
    return new AwsError({
      code,
      message: `${service} ${action}: ${status} ${code} ${said.slice(0, MAX_LENGTH)}`.trim(),
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
  const parsed = v.safeParse(bodySchema, readJson(body));
  return parsed.success ? parsed.output : {};
}
