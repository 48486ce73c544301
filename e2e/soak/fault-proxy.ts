import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { forward } from '../../local/loopback/forward.ts';
import { type Listening, listen } from '../../local/loopback/listen.ts';
import type { Random } from './random.ts';

const JSON_TYPE = { 'Content-Type': 'application/x-amz-json-1.0' };

/** A fault of a call, which resets the connection if it has no status. */
interface AwsFault {
  readonly name: string;
  /** The service has done it all the same. */
  readonly done?: true;
  readonly status?: number;
  readonly code?: string;
}

const FAULTS: readonly AwsFault[] = [
  { name: 'connection reset before' },
  { name: 'connection reset after', done: true },
  { name: '500', status: 500, code: 'InternalServerError' },
  { name: '500 after', status: 500, code: 'InternalServerError', done: true },
  { name: 'throttled', status: 400, code: 'ThrottlingException' },
];
const AWAY: AwsFault = { name: 'away', status: 503, code: 'ServiceUnavailable' };
/** Longer than all attempts of one call take. */
const OUTAGE_MS = 400;
/** The first outage comes soon, for a short test. */
const FIRST_OUTAGE_AT = 100;

export interface FaultProxyOptions {
  /** The address of the service. */
  readonly service: string;
  readonly random: Random;
  /** Share of single calls that fail, 0 to 1. If it isn't 0, the service is also away now and then. */
  readonly share: number;
  /** Calls from one outage to the next. */
  readonly outageEvery: number;
  readonly onFault: (name: string) => void;
  /** Called for every call that the service has done. */
  readonly onDone?: (action: string, body: string) => void;
}

/** Starts a proxy before a service of AWS on loopback, in which some calls fail. */
export function startFaultProxy(options: FaultProxyOptions): Promise<Listening> {
  const choose = chooseAwsFaults(options);
  const server = createServer((request, response) => {
    // A caller may have been killed meanwhile.
    serve(request, response, choose(), options).catch(() => response.destroy());
  });
  return listen(server);
}

function chooseAwsFaults({ random, share, outageEvery, onFault }: FaultProxyOptions) {
  let calls = 0;
  let awayUntil = 0;
  return (): AwsFault | undefined => {
    // Calls in an outage don't count, or it would cause the next one.
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
  { service, onDone }: FaultProxyOptions,
): Promise<void> {
  const body = await text(request);
  const done = fault === undefined || fault.done ? await forward(service, request.headers, body) : undefined;
  if (done?.status === 200) onDone?.(String(request.headers['x-amz-target']).replace(/^.*\./, ''), body);
  if (fault === undefined) response.writeHead(done?.status ?? 500, JSON_TYPE).end(done?.text);
  else if (fault.status === undefined) response.destroy();
  else {
    const said = { __type: `com.amazonaws#${fault.code}`, message: 'injected by the soak test' };
    response.writeHead(fault.status, JSON_TYPE).end(JSON.stringify(said));
  }
}
