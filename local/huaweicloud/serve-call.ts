import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { answerEmpty } from './answer.ts';
import { type Call, detectAuth, readJsonObject } from './call.ts';
import type { CloudState } from './cloud.ts';
import { type FaultScript, replaceAnswer, takesEffect } from './faults.ts';
import type { JournalBook, JournalEntry } from './journal.ts';
import { routeRequest } from './operations.ts';
import { runOperation } from './run-operation.ts';
import { sendAnswer } from './send-answer.ts';

export interface Stage {
  cloud: CloudState;
  faults: FaultScript;
  journal: JournalBook;
  latencyMs: number;
  /** Ends what is still waiting when the emulator closes. */
  signal: AbortSignal;
}

/** One call from its first byte to its last, or to where its fault ends it. It takes effect on arrival, before any delay. */
export async function serveCall(
  request: IncomingMessage,
  response: ServerResponse,
  connection: number,
  { cloud, faults, journal, latencyMs, signal }: Stage,
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
