import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import * as v from 'valibot';

export interface AwsStandIn {
  readonly url: string;
  /** Every action since the last `clear`, in order. */
  readonly actions: readonly string[];
  clear(): void;
}

type Secrets = Readonly<Record<string, string>>;

const inputSchema = v.object({
  MessageBody: v.optional(v.string(), ''),
  SecretId: v.optional(v.string(), ''),
});

/**
 * Plays what the functions need of AWS: SendMessage, UpdateItem and PutEvents, which forget what they get, and GetSecretValue.
 * No more than that, so that what is measured is the caller. It wants a signature, but doesn't check it.
 */
export async function startAwsStandIn(secrets: Secrets): Promise<AwsStandIn> {
  let actions: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, action = ''] = String(request.headers['x-amz-target']).split('.');
    const output = await answer(action, request, secrets);
    actions.push(action);
    response.writeHead(output === undefined ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(output ?? { __type: 'InvalidRequestException', message: action }));
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no TCP port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get actions() {
      return actions;
    },
    clear: () => {
      actions = [];
    },
  };
}

async function answer(action: string, request: IncomingMessage, secrets: Secrets): Promise<unknown> {
  const { MessageBody, SecretId } = v.parse(inputSchema, await json(request));
  if (request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) return undefined;
  const SecretString = secrets[SecretId];
  if (action === 'GetSecretValue' && SecretString !== undefined) {
    const ARN = `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${SecretId}-AbCdEf`;
    return { ARN, Name: SecretId, SecretString, VersionId: randomUUID() };
  }
  // What it has seen once, it has not seen before: every request is new.
  if (action === 'UpdateItem') return { Attributes: { seen: { N: '1' } } };
  if (action === 'PutEvents') return { FailedEntryCount: 0, Entries: [] };
  if (action !== 'SendMessage') return undefined;
  // The AWS SDK compares the hash.
  const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
  return { MessageId: randomUUID(), MD5OfMessageBody };
}
