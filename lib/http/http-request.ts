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
  /** The request was sent twice: the connection broke the first time, and its result is unknown. */
  readonly sentTwice?: boolean;
}

// Node stops at 16 KiB unless told otherwise, and an IAM token alone can be longer than that.
const MAX_HEADER_BYTES = 64 * 1024;

const plain = { transport: http, agent: new http.Agent({ keepAlive: true }) };
const encrypted = { transport: https, agent: new https.Agent({ keepAlive: true }) };

/**
 * Sends one HTTP request over a kept-alive connection. Redirects are answers like any other: a credential must not follow one.
 *
 * A connection that the other side closed while it lay idle (a frozen Lambda function can't notice) is replaced, and
 * the call made again: every call of this service may be repeated.
 *
 * @throws {TransportError} where no whole answer came.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpResponse> {
  const giveUpAt = monotonicMs() + request.timeoutMs;
  for (let sentTwice = false; ; sentTwice = true) {
    try {
      const answer = await attempt(request, Math.max(0, giveUpAt - monotonicMs()));
      return sentTwice ? { ...answer, sentTwice } : answer;
    } catch (error) {
      // Each try takes one stale connection out of the pool, so this ends.
      if (!(error instanceof TransportError && error.staleConnection)) throw error;
    }
  }
}

function attempt(request: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const { url, body } = request;
  const { transport, agent } = url.protocol === 'http:' ? plain : encrypted;
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
  const timer = setTimeout(() => {
    fail(new TransportError('TIMEOUT', url, `no whole answer within ${Math.round(request.timeoutMs)} ms`));
  }, timeoutMs);

  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    const staleConnection = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    fail(TransportError.from(error, url, staleConnection));
  });
  outgoing.on('response', (incoming) => {
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
