import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Answers SendMessage, UpdateItem and PutEvents without storing anything, and GetSecretValue. An emulator would take longer to
 * answer than a function to call, and its time would be measured. Requires a signature, but doesn't verify it.
 *
 * @returns the address, and the names of all actions, in order.
 */
export async function startAwsStandIn(secrets: Readonly<Record<string, string>>) {
  const answers: Readonly<Record<string, (input: Readonly<Record<string, string>>) => object>> = {
    GetSecretValue: ({ SecretId = '' }) => ({
      ARN: `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${SecretId}-AbCdEf`,
      Name: SecretId,
      SecretString: secrets[SecretId],
      VersionId: randomUUID(),
    }),
    // Every request is new: seen once.
    UpdateItem: () => ({ Attributes: { seen: { N: '1' } } }),
    PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }),
    SendMessage: ({ MessageBody = '' }) => ({
      MessageId: randomUUID(),
      // The AWS SDK compares the hash.
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }),
  };
  const actions: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [, action = ''] = String(request.headers['x-amz-target']).split('.');
    const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;
    const input = JSON.parse(await text(request));
    const output = isSigned ? answers[action]?.(input) : undefined;
    actions.push(action);
    response.writeHead(output === undefined ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(output ?? { __type: 'InvalidRequestException', message: action }));
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (...call) => void serve(...call));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no TCP port');
  return { url: `http://127.0.0.1:${address.port}`, actions };
}
