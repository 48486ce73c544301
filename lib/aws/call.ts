import * as v from 'valibot';
import { monotonicMs } from '../clock.ts';
import { ServiceError } from '../failure.ts';
import { type HttpRequest, type HttpResponse, httpRequest } from '../http/http-request.ts';
import { TransportError } from '../http/transport-error.ts';
import { readJson } from '../json.ts';
import { retry } from '../retry.ts';
import { domainOf } from './partition.ts';
import { signRequest } from './sign.ts';

const FIRST_PAUSE_MS = 50;
/** Secrets, parameters and receipts: all are far below it. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const bodySchema = v.object({
  __type: v.fallback(v.optional(v.string()), undefined),
  message: v.fallback(v.optional(v.string()), undefined),
  Message: v.fallback(v.optional(v.string()), undefined),
});

/** Longest message that is shown; some answers repeat a whole request. */
const MAX_LENGTH = 500;

/** Error of a call to AWS. */
export class AwsError extends ServiceError {
  override readonly name = 'AwsError';

  /** @param hide what was sent and must not be shown: where a signature doesn't fit, AWS says what should have been signed. */
  static fromAnswer(
    service: string,
    action: string,
    { status, headers, body }: HttpResponse,
    hide: readonly string[] = [],
  ): AwsError {
    const { __type, message, Message } = parseErrorText(body);
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
}

interface Service {
  /** The end of the variable that names an endpoint. */
  readonly variable: string;
  /** Missing for a service with a REST protocol. */
  readonly target?: string;
  /** Version of the JSON protocol. */
  readonly json?: '1.0' | '1.1';
  /** The beginning of the host's name, where it isn't the service's. */
  readonly host?: string;
}

/** Services that are called, with their protocols. */
const SERVICES = {
  sqs: { variable: 'SQS', target: 'AmazonSQS', json: '1.0' },
  secretsmanager: { variable: 'SECRETS_MANAGER', target: 'secretsmanager', json: '1.1' },
  ssm: { variable: 'SSM', target: 'AmazonSSM', json: '1.1' },
  dynamodb: { variable: 'DYNAMODB', target: 'DynamoDB_20120810', json: '1.0' },
  logs: { variable: 'CLOUDWATCH_LOGS', target: 'Logs_20140328', json: '1.1' },
  events: { variable: 'EVENTBRIDGE', target: 'AWSEvents', json: '1.1' },
  ecr: { variable: 'ECR', target: 'AmazonEC2ContainerRegistry_V20150921', json: '1.1', host: 'api.ecr' },
  lambda: { variable: 'LAMBDA' },
  apigateway: { variable: 'APIGATEWAYV2' },
  sts: { variable: 'STS' },
} as const satisfies Record<string, Service>;

export interface AwsCall {
  readonly service: keyof typeof SERVICES;
  readonly action: string;
  /** Document that is sent; none if undefined. */
  readonly input?: unknown;
  /** Of a service with a REST protocol: the action's method, and its path with the query. */
  readonly rest?: { readonly method: 'GET' | 'PUT'; readonly path: string };
  /** Endpoint unless the environment names another; the region's own if missing. */
  readonly endpoint?: string;
  /** For all attempts together. */
  readonly timeoutMs: number;
  /** Pause before the second attempt; three times as long before the third. 50 if missing. */
  readonly firstPauseMs?: number;
}

/**
 * Calls AWS, three times at most. Region, credentials and endpoints come from the environment, as Lambda sets it and
 * `prepareAws` elsewhere: `AWS_REGION`, `AWS_ACCESS_KEY_ID` and so on, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`.
 *
 * @returns the parsed answer.
 * @throws {AwsError} if AWS rejects the call, gives no answer or none in JSON, or if region or credentials are missing.
 *
 * @example
 * await callAws({ service: 'sqs', action: 'SendMessage', input: { QueueUrl, MessageBody }, timeoutMs: 3000 });
 */
export async function callAws(call: AwsCall): Promise<unknown> {
  const { timeoutMs, firstPauseMs = FIRST_PAUSE_MS } = call;
  const giveUpAt = monotonicMs() + timeoutMs;
  const deadline = { remainingMs: () => giveUpAt - monotonicMs(), allowsMore: () => true };
  return retry(() => callOnce(call, deadline.remainingMs()), deadline, { firstPauseMs });
}

async function callOnce(
  { service, action, input, rest, endpoint }: AwsCall,
  timeoutMs: number,
): Promise<unknown> {
  const { variable, target, json: version, host = service }: Service = SERVICES[service];
  const { env } = process;
  const region = requireVariable('AWS_REGION');
  const configured = env[`AWS_ENDPOINT_URL_${variable}`] || env['AWS_ENDPOINT_URL'];
  const base = configured || (endpoint ?? `https://${host}.${region}.${domainOf(region)}`);
  const method = rest?.method ?? 'POST';
  const url = rest === undefined ? new URL(base) : new URL(rest.path, base);
  const body = input === undefined ? '' : JSON.stringify(input);
  const sent: Record<string, string> = rest
    ? // STS answers in XML unless JSON is requested.
      { 'content-type': 'application/json', accept: 'application/json' }
    : { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${action}` };
  const headers = signRequest(
    { service, region, method, url, headers: sent, body },
    {
      accessKeyId: requireVariable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireVariable('AWS_SECRET_ACCESS_KEY'),
      sessionToken: env['AWS_SESSION_TOKEN'],
    },
  );
  // Lambda sets it for each invocation. SQS and EventBridge pass the trace on to `clean`. It is not signed, since proxies may
  // change it.
  const trace = env['_X_AMZN_TRACE_ID'];
  if (trace !== undefined) headers['x-amzn-trace-id'] = trace;
  const { authorization = '', 'x-amz-security-token': token } = headers;
  // Credential, names of headers, signature.
  const parts = authorization.split(', ').map((part) => part.slice(part.indexOf('=') + 1));
  const hide = [...parts, token].flatMap((each) => each || []);
  const request: HttpRequest = { method, url, headers, body, timeoutMs, maxBodyBytes: MAX_BODY_BYTES };
  const answer = await httpRequest(request).catch((error: unknown) => {
    if (!(error instanceof TransportError)) throw error;
    const failure = { code: error.code, message: `${service} ${action}: ${error.message}`, retryable: true };
    throw new AwsError(failure, { cause: error });
  });
  const isDone = answer.status === 200 || answer.status === 202;
  const json = isDone ? readJson(answer.body || '{}') : undefined;
  if (json === undefined) throw AwsError.fromAnswer(service, action, answer, hide);
  return json;
}

/** @throws {AwsError} for a variable that is empty: an unsigned call would be answered as if the key were wrong. */
function requireVariable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new AwsError({ code: 'AWS_ENVIRONMENT', message: `${name} is not set`, retryable: false });
}

function parseErrorText(body: string): Partial<v.InferOutput<typeof bodySchema>> {
  const parsed = v.safeParse(bodySchema, readJson(body));
  return parsed.success ? parsed.output : {};
}
