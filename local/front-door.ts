import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PutEvents } from './bus.ts';
import type { FunctionProcess } from './function-process.ts';
import { toHttpApiEvent } from './http-api-event.ts';

export interface Behind {
  readonly receive: FunctionProcess;
  /** Those that can be invoked, by name. */
  readonly invokable: Readonly<Record<string, FunctionProcess>>;
  readonly putEvents: PutEvents;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/**
 * The one address of the local stack: the HTTP API (`POST /webhooks/{source}`), Lambda's Invoke
 * (`POST /2015-03-31/functions/{name}/invocations`) and EventBridge's PutEvents (`POST /` with its `X-Amz-Target`), so
 * that `curl` and the AWS command line can be tried on it.
 */
export async function openFrontDoor(
  behind: Behind,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void serve(request, response, behind));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address of this form.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, behind: Behind): Promise<void> {
  let answer: Answer;
  try {
    answer = await route(request, await buffer(request), behind);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer = { status: 500, headers: JSON_TYPE, body: JSON.stringify({ message }) };
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

async function route(request: IncomingMessage, body: Buffer, behind: Behind): Promise<Answer> {
  const { receive, invokable, putEvents } = behind;
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const invokedName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathname)?.[1] ?? '';
  const invoked = Object.hasOwn(invokable, invokedName) ? invokable[invokedName] : undefined;
  if (invoked !== undefined) {
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(await invoked.invoke(parse(body))) };
  }
  if (request.headers['x-amz-target'] === 'AWSEvents.PutEvents') {
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(putEvents(parse(body))) };
  }
  const event = toHttpApiEvent(request, body);
  if (event === undefined) return { status: 404, headers: JSON_TYPE, body: '{"message":"Not Found"}' };
  // What a function behind an HTTP API answers.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const result = (await receive.invoke(event)) as APIGatewayProxyStructuredResultV2;
  const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return { status: result.statusCode ?? 200, headers: Object.fromEntries(headers), body: result.body ?? '' };
}

function parse(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'));
}
