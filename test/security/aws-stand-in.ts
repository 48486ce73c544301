import { forward } from '../../local/loopback/forward.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

export type Kind = 'message' | 'dead letter' | 'entry' | 'event';

export interface AwsStandIn {
  readonly url: string;
  /** From now on an action is answered by an error whose message repeats all that was sent. */
  failWith(action: string, status: number, code: string): void;
  /** Gives out secrets, and takes what is written, as it should. */
  clear(): void;
  /** From now on, until it is cleared, a secret holds something else. */
  store(id: string, text: string): void;
  close(): Promise<void>;
}

interface Options {
  /** The addresses of the services that are played elsewhere, by the beginning of `x-amz-target`. */
  readonly services: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly deadLettersUrl: string;
  /** Is told of everything that is written somewhere. */
  readonly onWrite: (kind: Kind, body: string) => void;
}

/** The one address of all services of AWS: what the functions write there can be read, and each call can go wrong. */
export async function startAwsStandIn({
  services,
  secrets,
  deadLettersUrl,
  onWrite,
}: Options): Promise<AwsStandIn> {
  const stored = new Map<string, string>();
  let fault: { readonly action: string; readonly status: number; readonly code: string } | undefined;
  const server: LoopbackServer = await startLoopbackServer((response, { headers, body }) => {
    const [service = '', action = ''] = String(headers['x-amz-target']).split('.');
    if (fault?.action === action) {
      // As AWS does where a signature doesn't fit.
      const said = Object.entries(headers).map(([name, value]) => `${name}:${String(value)}`);
      const message = `The canonical request should have been\n${said.join('\n')}\n\n${body}`;
      respond(response, fault.status, { __type: fault.code, message });
      return;
    }
    if (service === 'secretsmanager') {
      const secret = stored.get(readId(body)) ?? secrets[readId(body)];
      if (secret === undefined)
        respond(response, 400, { __type: 'ResourceNotFoundException', message: body });
      else respond(response, 200, { SecretString: secret });
      return;
    }
    const kind = kindOf(action, body, deadLettersUrl);
    if (kind !== undefined) onWrite(kind, body);
    forward(services[service] ?? '', headers, body).then(
      ({ status, text }) => respond(response, status, text),
      () => response.destroy(),
    );
  });
  return {
    url: server.url,
    failWith: (action, status, code) => {
      fault = { action, status, code };
    },
    clear: () => {
      fault = undefined;
      stored.clear();
    },
    store: (id, text) => void stored.set(id, text),
    close: () => server.close(),
  };
}

function readId(body: string): string {
  const input: unknown = JSON.parse(body);
  return typeof input === 'object' && input !== null && 'SecretId' in input ? String(input.SecretId) : '';
}

function kindOf(action: string, body: string, deadLettersUrl: string): Kind | undefined {
  if (action.startsWith('SendMessage')) return body.includes(deadLettersUrl) ? 'dead letter' : 'message';
  if (action === 'PutEvents') return 'event';
  return ['UpdateItem', 'PutItem', 'BatchWriteItem'].includes(action) ? 'entry' : undefined;
}
