import http from 'node:http';
import https from 'node:https';
import { monotonicMs } from '../clock.ts';
import { TransportError } from './transport-error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For everything: connecting, waiting, and reading the body to its end. */
  readonly timeoutMs: number;
  /** A longer answer body is a failure. */
  readonly maxBodyBytes: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The request was sent twice: the first connection broke or stayed silent, and the first result is unknown. */
  readonly sentTwice?: boolean;
}

// Node stops at 16 KiB unless told otherwise, and an IAM token alone can be longer than that.
const MAX_HEADER_BYTES = 64 * 1024;

/** Part of the time limit that a reused connection has for the beginning of its answer. */
const REUSED_SHARE = 1 / 3;

const plain = { transport: http, agent: new http.Agent({ keepAlive: true }), defaultPort: 80 };
const encrypted = { transport: https, agent: new https.Agent({ keepAlive: true }), defaultPort: 443 };

/**
 * Sends one HTTP request over a kept-alive connection. Redirects are answers like any other: a credential must not follow one.
 *
 * A connection may have died while it was idle (a frozen Lambda function can't notice): the other side resets it, or
 * nothing answers at all. So if a reused connection breaks, or if no answer begins within a third of the time limit, the
 * request is sent once more, over a new connection. Every call of this service may be repeated.
 *
 * @throws {TransportError} where no whole answer came.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpResponse> {
  const giveUpAt = monotonicMs() + request.timeoutMs;
  try {
    return await attempt(request, giveUpAt);
  } catch (error) {
    if (!(error instanceof TransportError && error.staleConnection)) throw error;
    // The others were idle for as long, so the second attempt must not get one of them.
    closeIdleConnections(request.url);
    return { ...(await attempt(request, giveUpAt)), sentTwice: true };
  }
}

function closeIdleConnections(url: URL): void {
  const { agent, defaultPort } = selectTransport(url);
  // The agent's names begin with host and port. An IPv6 address has no brackets there.
  const start = `${url.hostname.replace(/[[\]]/g, '')}:${url.port || defaultPort}:`;
  for (const [name, sockets = []] of Object.entries(agent.freeSockets)) {
    if (name.startsWith(start)) for (const socket of sockets) socket.destroy();
  }
}

function selectTransport(url: URL): typeof plain | typeof encrypted {
  return url.protocol === 'http:' ? plain : encrypted;
}

function attempt(request: HttpRequest, giveUpAt: number): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const { url, body } = request;
  const { transport, agent } = selectTransport(url);
  const outgoing = transport.request(url, {
    agent,
    method: request.method,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node gives the body of a DELETE no length by itself.
    headers: {
      ...request.headers,
      ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
    },
  });
  const fail = (error: TransportError) => {
    clearTimeout(timer);
    outgoing.destroy();
    reject(error);
  };
  const failAfter = (ms: number, staleConnection: boolean) =>
    setTimeout(() => {
      const problem = `no whole answer within ${Math.round(request.timeoutMs)} ms`;
      fail(new TransportError('TIMEOUT', url, problem, { staleConnection }));
    }, ms);
  const leftMs = () => Math.max(0, giveUpAt - monotonicMs());
  // Already known: an agent without a limit of its connections gives each request one at once.
  const { reusedSocket } = outgoing;
  let timer = failAfter(reusedSocket ? leftMs() * REUSED_SHARE : leftMs(), reusedSocket);

  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    const staleConnection = reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    fail(TransportError.from(error, url, staleConnection));
  });
  outgoing.on('response', (incoming) => {
    clearTimeout(timer);
    timer = failAfter(leftMs(), false);
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > request.maxBodyBytes) {
        const problem = `the answer is longer than ${request.maxBodyBytes} bytes`;
        fail(new TransportError('BODY_TOO_LARGE', url, problem));
      } else chunks.push(chunk);
    });
    incoming.on('error', (error) => fail(TransportError.from(error, url)));
    incoming.on('end', () => {
      clearTimeout(timer);
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
    });
  });
  outgoing.end(body);
  return promise;
}
