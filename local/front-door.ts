import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { readJson } from '../lib/json.ts';
import type { PutEvents } from './bus.ts';
import type { FunctionProcess } from './function-process.ts';
import { answerRejection, guardServer, type Rejection } from './loopback/guard.ts';
import { type Listening, listen } from './loopback/listen.ts';

export interface Behind {
  readonly receive: FunctionProcess;
  /** Functions that can be invoked, by name. */
  readonly invokable: Readonly<Record<string, FunctionProcess>>;
  readonly putEvents: PutEvents;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
/** The limit of an HTTP API. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const TEXT_TYPES = /^(?:text\/|application\/(?:.+\+)?(?:json|xml|javascript)\b)/;
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** Content types of AWS clients. A page can send none of them without a preflight request. */
const CALL_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-amz-json-1.0',
  'application/x-amz-json-1.1',
  'application/octet-stream',
]);

/**
 * The one address of the local stack: the HTTP API (`POST /webhooks/{source}`), Lambda's Invoke
 * (`POST /2015-03-31/functions/{name}/invocations`) and EventBridge's PutEvents (`POST /` with its `X-Amz-Target`), so
 * that `curl` and the AWS command line can be tried on it.
 */
export function openFrontDoor(behind: Behind, port: number): Promise<Listening> {
  const server = createServer((request, response) => void serve(request, response, behind));
  guardServer(server);
  return listen(server, port);
}

async function serve(request: IncomingMessage, response: ServerResponse, behind: Behind): Promise<void> {
  let answer: Answer | Rejection;
  try {
    answer = await route(request, behind);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer = { status: 500, headers: JSON_TYPE, body: JSON.stringify({ message }) };
  }
  if ('message' in answer) answerRejection(request, response, answer);
  else response.writeHead(answer.status, answer.headers).end(answer.body);
}

async function route(request: IncomingMessage, behind: Behind): Promise<Answer | Rejection> {
  const pathname = readPath(request);
  if (pathname === undefined) return { status: 400, message: 'Bad Request: the path is not a URL path.' };
  const invoked = INVOKE.exec(pathname)?.[1];
  const isPutEvents = pathname === '/' && request.headers['x-amz-target'] === 'AWSEvents.PutEvents';
  if (invoked === undefined && !isPutEvents) return passToReceive(request, behind);

  const rejection = rejectionOfCall(request);
  if (rejection !== undefined) return rejection;
  const body = await readBody(request);
  if (body === undefined) return TOO_LARGE;
  // An invocation without a payload is one with an empty object.
  const input = readJson(body.toString() || '{}');
  if (input === undefined) return { status: 400, message: 'Bad Request: the body is not JSON.' };
  if (isPutEvents) return answerJson(behind.putEvents(input));
  const { invokable } = behind;
  const called = Object.hasOwn(invokable, invoked ?? '') ? invokable[invoked ?? ''] : undefined;
  return called === undefined ? NOT_FOUND : answerJson(await called.invoke(input));
}

const NOT_FOUND: Answer = { status: 404, headers: JSON_TYPE, body: '{"message":"Not Found"}' };
const TOO_LARGE: Rejection = {
  status: 413,
  message: `Request Entity Too Large: send at most ${MAX_BODY_BYTES} bytes.`,
};

async function passToReceive(request: IncomingMessage, { receive }: Behind): Promise<Answer | Rejection> {
  const body = await readBody(request);
  if (body === undefined) return TOO_LARGE;
  const event = toHttpApiEvent(request, body);
  if (event === undefined) return NOT_FOUND;
  // Functions behind an HTTP API answer in this form.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const result = (await receive.invoke(event)) as APIGatewayProxyStructuredResultV2;
  const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return { status: result.statusCode ?? 200, headers: Object.fromEntries(headers), body: result.body ?? '' };
}

/**
 * The event that an HTTP API makes of a request to `POST /webhooks/{source}` (payload 2.0); undefined for any other
 * route.
 */
function toHttpApiEvent(request: IncomingMessage, body: Buffer): APIGatewayProxyEventV2 | undefined {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const source = /^\/webhooks\/([^/]+)$/.exec(pathname)?.[1];
  if (source === undefined || request.method !== 'POST') return undefined;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );
  const isText = TEXT_TYPES.test(headers['content-type'] ?? '');
  const now = new Date();
  const routeKey = 'POST /webhooks/{source}';
  return {
    version: '2.0',
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers,
    pathParameters: { source: decodeURIComponent(source) },
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers['host'] ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: 'POST',
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Invoke and PutEvents have no signature that is checked here: they have to look like calls that no page can send. */
function rejectionOfCall({ method, headers }: IncomingMessage): Rejection | undefined {
  if (method !== 'POST') return { status: 405, message: 'Method Not Allowed: use POST.' };
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (CALL_TYPES.has(type.trim().toLowerCase())) return undefined;
  // The AWS command line and boto3 invoke without a content type. A page can't send this header without a preflight request.
  if (type === '' && headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true) return undefined;
  const types = [...CALL_TYPES].join(', ');
  return { status: 415, message: `Unsupported Media Type: send one of ${types}.` };
}

function readPath({ url = '/' }: IncomingMessage): string | undefined {
  try {
    const { pathname } = new URL(url, 'http://localhost');
    decodeURIComponent(pathname);
    return pathname;
  } catch {
    return undefined;
  }
}

/** Reads a body; undefined if it is larger than the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Left without `destroyOnReturn: false`, the loop would end the connection before the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answerJson(result: unknown): Answer {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(result) };
}
