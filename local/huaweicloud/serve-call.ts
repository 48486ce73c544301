import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, answerEmpty, ErrorAnswer, gatewayError } from './answer.ts';
import { authorize } from './authorize.ts';
import { type Call, detectAuth, type Operation, readJsonObject, routeRequest } from './call.ts';
import type { Cloud } from './cloud.ts';
import { type Fault, type FaultScript, replaceAnswer, takesEffect } from './faults.ts';
import { createToken } from './iam.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { createSyncTask, deleteSyncTask, listNamespaces, listRepositories, listSyncTasks } from './swr.ts';

export interface Context {
  cloud: Cloud;
  faults: FaultScript;
  journal: Journal;
  latencyMs: number;
  /** Ends what is still waiting when the emulator closes. */
  signal: AbortSignal;
}

/** One call from its first byte to its last, or to where its fault ends it. It takes effect on arrival, before any delay. */
export async function serveCall(
  request: IncomingMessage,
  response: ServerResponse,
  connection: number,
  { cloud, faults, journal, latencyMs, signal }: Context,
): Promise<void> {
  const { method = '', url: path = '', headers } = request;
  const call: Call = {
    ...routeRequest(method, path),
    method,
    path,
    headers,
    body: await buffer(request),
  };
  const recordAnswer = journal.record(describeCall(call, cloud.now(), connection));
  const fault = faults.take(call.operation);
  const replaced = replaceAnswer(fault, call.operation);
  const isDone = takesEffect(fault, call.operation, replaced !== undefined);
  const done = isDone ? runOperation(call, cloud) : answerEmpty(200);
  const delayMs = latencyMs + (fault.delayMs ?? 0);
  if (delayMs > 0) await wait(delayMs, undefined, { signal });
  if (fault.hang === true || response.destroyed) return;
  if (fault.reset === 'headers') {
    request.socket.resetAndDestroy();
    return;
  }
  const answer = replaced ?? done;
  recordAnswer(answer.status);
  response.setHeader('X-Request-Id', randomUUID().replaceAll('-', ''));
  await sendAnswer(response, answer, fault, signal);
}

function describeCall(call: Call, at: number, connection: number): JournalEntry {
  const { operation, method, path, namespace, repository } = call;
  const { remoteRegionId, remoteNamespace } = readJsonObject(call) ?? {};
  return {
    at,
    operation,
    method,
    path,
    status: undefined,
    ...(namespace !== undefined && { namespace }),
    ...(repository !== undefined && { repository }),
    ...(typeof remoteRegionId === 'string' &&
      typeof remoteNamespace === 'string' && { target: { remoteRegionId, remoteNamespace } }),
    auth: detectAuth(call.headers),
    connection,
  };
}

/** An empty body has no middle to break off in. */
const SOMETHING = '{"interrupted":true}';

/** Writes an answer the way its fault wants it written. */
async function sendAnswer(
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

const SWR: Record<
  Exclude<Operation, 'unknown' | 'createToken'>,
  (call: Call, cloud: Cloud, account: string) => Answer
> = { listSyncTasks, createSyncTask, deleteSyncTask, listNamespaces, listRepositories };

const NO_API = 'The API does not exist or has not been published in the environment';

/** Runs an operation in the gateway's order: the route, then who calls, then what is asked. A rejection is an answer, too. */
function runOperation(call: Call, cloud: Cloud): Answer {
  const { operation } = call;
  try {
    if (operation === 'unknown') throw gatewayError(404, 'APIGW.0101', NO_API);
    if (operation === 'createToken') return createToken(call, cloud);
    return SWR[operation](call, cloud, authorize(call, cloud));
  } catch (error) {
    if (error instanceof ErrorAnswer) return error.answer;
    throw error;
  }
}
