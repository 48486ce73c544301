import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Sending {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  agent?: Agent;
  signal?: AbortSignal;
}

/** Not `fetch`: it would tidy the path, and refuse a token beyond 16 KiB. */
export async function sendRequest(
  url: string,
  { method = 'GET', path, headers = {}, body, agent, signal }: Sending,
): Promise<Reply> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const outgoing = request(
    {
      hostname,
      port,
      method,
      path,
      headers: { ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }), ...headers },
      maxHeaderSize: 1 << 20,
      ...(agent && { agent }),
      ...(signal && { signal }),
    },
    (response) => {
      text(response).then(
        (received) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received }),
        reject,
      );
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}
