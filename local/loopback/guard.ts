import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** A request that isn't served; the answer has the message. */
export interface Rejection {
  readonly status: 400 | 403 | 405 | 413 | 415;
  readonly message: string;
}

/** `localhost` and literal loopback addresses, with a port or without. A name that merely resolves to one isn't among them. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;

/**
 * Guards a local server against web pages and other machines. A page that a developer has open can send requests to
 * every port of the machine, and the local stack acts on what it gets.
 *
 * Each request is checked before the listeners that the server has by now. Browsers name the page's `Origin` in every
 * POST, and add `Sec-Fetch-Site` to all requests to loopback. A page that gives its own name the address of this
 * machine (DNS rebinding) is known by its `Host`.
 *
 * @param anyHost for a server that plays others under their names.
 */
export function guardServer(server: Server, { anyHost = false } = {}): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const rejection = rejectionOf(request, anyHost);
    if (rejection !== undefined) answerRejection(request, response, rejection);
    else for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  });
}

function rejectionOf({ headers, socket }: IncomingMessage, anyHost: boolean): Rejection | undefined {
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '')) {
    return { status: 403, message: 'Forbidden: the local stack serves this machine only.' };
  }
  if (!anyHost && !LOOPBACK_HOST.test(headers.host ?? '')) {
    return { status: 403, message: 'Forbidden: the Host is not loopback. Use the printed address.' };
  }
  for (const name of ['origin', 'sec-fetch-site']) {
    if (headers[name] === undefined) continue;
    const message = `Forbidden: a request with the header ${name} comes from a browser. Use a command line.`;
    return { status: 403, message };
  }
  return undefined;
}

/** Answers without reading the body, and closes the connection, which still carries it. */
export function answerRejection(
  request: IncomingMessage,
  response: ServerResponse,
  { status, message }: Rejection,
): void {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' };
  response.writeHead(status, { ...headers, ...(status === 405 && { Allow: 'POST' }) });
  response.end(JSON.stringify({ message }));
  request.resume();
}
