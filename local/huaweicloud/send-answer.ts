import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Fault } from './faults.ts';

/** An empty body has no middle to break off in. */
const SOMETHING = '{"interrupted":true}';

/** Writes an answer the way its fault wants it written. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  { headers = {}, omitHeaders = [], reset, drip }: Fault,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(reset === 'body' && answer.body === '' ? SOMETHING : answer.body);
  response.statusCode = answer.status;
  const all = { ...answer.headers, 'Content-Length': String(body.length), ...headers };
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  for (const name of omitHeaders) response.removeHeader(name);
  if (reset === 'body') {
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
    return;
  }
  if (drip !== undefined) {
    for (const byte of body) {
      if (response.destroyed) return;
      response.write(Buffer.of(byte));
      await wait(drip.everyMs, undefined, { signal });
    }
    response.end();
    return;
  }
  response.end(body);
}
