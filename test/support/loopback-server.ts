import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { listen } from '../../local/loopback/listen.ts';
import { useEach } from './use.ts';

interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Numbered from 1. */
  readonly connection: number;
}

export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Closes every connection on which no request is running, as a server does that has waited for long enough. */
  closeIdleConnections(): Promise<void>;
  close(): Promise<void>;
}

export type Answering = (response: ServerResponse, request: ReceivedRequest) => void;

/**
 * A server on 127.0.0.1 that answers as a test wants it.
 *
 * @param tls a key and a certificate, for https.
 */
export async function startLoopbackServer(
  answer: Answering,
  tls?: { readonly key: string; readonly cert: string },
): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Map<Socket, number>();
  const options = { maxHeaderSize: 1 << 20, keepAliveTimeout: 60_000 };
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls });
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.set(socket, sockets.size + 1);
  });
  const receive = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers, socket } = incoming;
    const body = await text(incoming);
    const request = { method, path, headers, body, connection: sockets.get(socket) ?? 0 };
    requests.push(request);
    answer(response, request);
  };
  server.on('request', (incoming, response) => {
    receive(incoming, response).catch((error: unknown) => {
      // A caller that leaves before its body is here is nothing to report.
      if (!incoming.socket.destroyed) throw error;
    });
  });
  const { url, close } = await listen(server);
  return {
    url,
    requests,
    async closeIdleConnections() {
      const open = [...sockets.keys()].filter((socket) => !socket.destroyed);
      const closed = Promise.all(open.map((socket) => once(socket, 'close')));
      server.closeIdleConnections();
      await closed;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The server of a test. */
export interface TestServer extends LoopbackServer {
  /** A test may replace it. */
  answer: Answering;
}

/** Starts a server for each test of a file. */
export function useServer(answer: Answering): TestServer {
  const server = useEach(async (): Promise<TestServer> => {
    const started = await startLoopbackServer((response, request) => server.answer(response, request));
    return { ...started, answer };
  });
  return server;
}

/** Answers with JSON, or with a text as it is. */
export function respond(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
