import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import { type Listening, listen } from '../../local/loopback/listen.ts';
import type { Random } from './random.ts';

const JSON_TYPE = { 'Content-Type': 'application/x-amz-json-1.0' };

/** What goes wrong with a call; `done` if the service has done it all the same. */
interface AwsFault {
  readonly name: string;
  readonly done: boolean;
  readonly answer: 'reset' | { readonly status: number; readonly code: string };
}

const FAULTS: readonly AwsFault[] = [
  { name: 'connection reset before', done: false, answer: 'reset' },
  { name: 'connection reset after', done: true, answer: 'reset' },
  { name: '500', done: false, answer: { status: 500, code: 'InternalServerError' } },
  { name: '500 after', done: true, answer: { status: 500, code: 'InternalServerError' } },
  { name: 'throttled', done: false, answer: { status: 400, code: 'ThrottlingException' } },
];
const AWAY: AwsFault = { name: 'away', done: false, answer: { status: 503, code: 'ServiceUnavailable' } };
/** Longer than all tries of one call take. */
const OUTAGE_MS = 400;
/** The first one comes soon, for a short test. */
const FIRST_OUTAGE_AT = 100;

export interface AwsProxyOptions {
  /** The address of the service. */
  readonly service: string;
  readonly random: Random;
  /** How many single calls go wrong, 0 to 1; a second try may go well. If any do, the service is also away now and then. */
  readonly share: number;
  /** Once for so many calls it is away for a moment. */
  readonly outageEvery: number;
  readonly onFault: (name: string) => void;
  /** Is told of every call that the service has done. */
  readonly onDone?: (action: string, body: string) => void;
}

/** Stands between the functions and a service of AWS on loopback, and lets some of their calls go wrong. */
export function startAwsProxy(options: AwsProxyOptions): Promise<Listening> {
  const choose = chooseAwsFaults(options);
  const server = createServer((request, response) => {
    // A caller that was killed meanwhile is nothing to report.
    serve(request, response, choose(), options).catch(() => response.destroy());
  });
  return listen(server);
}

function chooseAwsFaults({
  random,
  share,
  outageEvery,
  onFault,
}: AwsProxyOptions): () => AwsFault | undefined {
  let calls = 0;
  let awayUntil = 0;
  return () => {
    // Those of an outage don't count, or it would bring about the next one.
    if (performance.now() >= awayUntil) calls += 1;
    if (share > 0 && calls % outageEvery === FIRST_OUTAGE_AT) {
      calls += 1;
      awayUntil = performance.now() + OUTAGE_MS;
    }
    const isAway = performance.now() < awayUntil;
    if (!isAway && !random.chance(share)) return undefined;
    const fault = isAway ? AWAY : random.pick(FAULTS);
    onFault(fault.name);
    return fault;
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  fault: AwsFault | undefined,
  { service, onDone }: AwsProxyOptions,
): Promise<void> {
  const body = await text(request);
  const done = fault === undefined || fault.done ? await forward(request, body, service) : undefined;
  if (done?.status === 200) onDone?.(String(request.headers['x-amz-target']).replace(/^.*\./, ''), body);
  if (fault?.answer === 'reset') response.destroy();
  else if (fault !== undefined) {
    const { status, code } = fault.answer;
    const said = { __type: `com.amazonaws#${code}`, message: 'asked for by the soak test' };
    response.writeHead(status, JSON_TYPE).end(JSON.stringify(said));
  } else response.writeHead(done?.status ?? 500, JSON_TYPE).end(done?.body);
}

function forward({ headers }: IncomingMessage, body: string, service: string): Promise<HttpResponse> {
  const { host: _, connection: __, 'content-length': ___, ...others } = headers;
  const plain = Object.entries(others).map(([name, value]) => [name, String(value)]);
  return httpRequest({
    method: 'POST',
    url: new URL(service),
    headers: Object.fromEntries(plain),
    body,
    timeoutMs: 10_000,
    maxBodyBytes: 8 * 1024 * 1024,
  });
}
