import { forward } from '../../local/loopback/forward.ts';
import { type Answering, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** Injected fault of a call. */
export type AwsFault =
  | { readonly status: number; readonly code?: string; readonly body?: string }
  | 'hang'
  | 'drip'
  | 'reset in the headers'
  | 'reset in the body';

type Fits = (action: string, body: string) => boolean;

/** Stands between a caller and a service of AWS on loopback, and lets calls go wrong. */
export interface AwsProxy {
  readonly url: string;
  /** From now on every call that fits goes wrong. */
  failWhere(fits: Fits, fault: AwsFault): void;
  clear(): void;
  close(): Promise<void>;
}

/** @param service its address, or what answers in its place. */
export async function startAwsProxy(service: string | Answering): Promise<AwsProxy> {
  let rule: { readonly fits: Fits; readonly fault: AwsFault } | undefined;
  const server: LoopbackServer = await startLoopbackServer((response, request) => {
    const { headers, body } = request;
    const action = String(headers['x-amz-target']).replace(/^.*\./, '');
    if (rule?.fits(action, body) === true) goWrong(response, rule.fault);
    else if (typeof service === 'string') {
      forward(service, headers, body).then(
        ({ status, text }) => response.writeHead(status, JSON_TYPE).end(text),
        () => response.destroy(),
      );
    } else service(response, request);
  });
  return {
    url: server.url,
    failWhere: (fits, fault) => {
      rule = { fits, fault };
    },
    clear: () => {
      rule = undefined;
    },
    close: () => server.close(),
  };
}

const JSON_TYPE = { 'Content-Type': 'application/x-amz-json-1.0' };

function goWrong(response: Parameters<Answering>[0], fault: AwsFault): void {
  if (fault === 'hang') return;
  if (fault === 'reset in the headers') {
    response.destroy();
    return;
  }
  if (fault === 'reset in the body') {
    response.writeHead(200, { ...JSON_TYPE, 'Content-Length': '100' });
    response.write('{"Half', () => response.destroy());
    return;
  }
  if (fault === 'drip') {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
    return;
  }
  const { status, code } = fault;
  response.writeHead(status, JSON_TYPE);
  response.end(fault.body ?? JSON.stringify({ __type: `com.amazonaws#${code}`, message: 'asked for' }));
}
