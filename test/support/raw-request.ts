import { type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Sends a request with exactly these headers: `fetch` sets or rejects some of them. */
export async function sendRaw(
  url: string,
  {
    method = 'POST',
    headers = {},
    body = '',
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string },
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const sent = request(url, { method, headers, agent: false }, (response) => {
    const { statusCode: status = 0, headers: answered } = response;
    text(response).then((answer) => resolve({ status, headers: answered, body: answer }), reject);
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}
