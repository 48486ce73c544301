import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { guardServer } from './guard.ts';
import { type Listening, listen } from './listen.ts';

/** Operations by name: input to output. */
type AwsOperations = Readonly<Record<string, (input: unknown) => unknown>>;

const JSON_TYPE = { 'Content-Type': 'application/x-amz-json-1.0' };

/**
 * Serves operations of AWS in its JSON protocol. Requires a signature, but doesn't verify it.
 *
 * @param onCall gets the name of every operation that is called, known or not.
 */
export function serveAws(
  operations: AwsOperations,
  onCall: (action: string) => void = () => {},
): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const [, action = ''] = String(request.headers['x-amz-target']).split('.');
    const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;
    onCall(action);
    const serve = async () => {
      const input = await json(request);
      const output = isSigned ? operations[action]?.(input) : undefined;
      const body = output ?? { __type: 'UnknownOperationException', message: action };
      response.writeHead(output === undefined ? 400 : 200, JSON_TYPE).end(JSON.stringify(body));
    };
    serve().catch(() => response.destroy());
  });
  guardServer(server);
  return listen(server);
}
