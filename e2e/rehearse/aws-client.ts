import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import aws4 from 'aws4';

/** MiniStack's root user, unless it is told otherwise. Real credentials never go to an emulator. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The emulator's own default; every name in the stack follows from it. */
export const REGION = 'us-east-1';

type Call = { method: string; path: string; headers?: Record<string, string>; body?: string | Buffer };

export type Answer = { status: number; body: string };

/** Signed calls to an AWS emulator, whose services all share one address. */
export type AwsClient = {
  /** Unsigned, and with the `Host` that says which HTTP API is meant. */
  callHttpApi(apiId: string, call: Call): Promise<Answer>;
  /** A call of a service with a JSON protocol, such as `AmazonSQS.SendMessage`. */
  callJson(service: JsonService, operation: string, input: object): Promise<unknown>;
  /** A call of a service with the older query protocol. The answer is XML. */
  callQuery(service: QueryService, action: string, parameters: Record<string, string>): Promise<Answer>;
  putObject(bucket: string, key: string, body: Buffer): Promise<void>;
  /** Calls a Lambda function and waits for its answer. Throws if the function does. */
  invoke(functionName: string, payload: object): Promise<unknown>;
  /** What another process needs to call it. */
  readonly environment: Readonly<Record<string, string>>;
};

type JsonService = keyof typeof JSON_SERVICES;
const JSON_SERVICES = {
  events: { target: 'AWSEvents', version: '1.1' },
  logs: { target: 'Logs_20140328', version: '1.1' },
  secretsmanager: { target: 'secretsmanager', version: '1.1' },
  sqs: { target: 'AmazonSQS', version: '1.0' },
};

type QueryService = keyof typeof QUERY_SERVICES;
const QUERY_SERVICES = { cloudformation: '2010-05-15', iam: '2010-05-08' };

export function createAwsClient(endpoint: URL): AwsClient {
  async function callSigned(service: string, call: Call): Promise<Answer> {
    const { headers } = aws4.sign(
      { ...call, service, region: REGION, headers: { ...call.headers, Host: endpoint.host } },
      CREDENTIALS,
    );
    return send(endpoint, { ...call, headers: { ...headers } });
  }

  return {
    callHttpApi: (apiId, call) =>
      send(endpoint, {
        ...call,
        headers: { ...call.headers, Host: `${apiId}.execute-api.localhost:${endpoint.port}` },
      }),

    async callJson(service, operation, input) {
      const { target, version } = JSON_SERVICES[service];
      const { status, body } = await callSigned(service, {
        method: 'POST',
        path: '/',
        headers: {
          'Content-Type': `application/x-amz-json-${version}`,
          'X-Amz-Target': `${target}.${operation}`,
        },
        body: JSON.stringify(input),
      });
      if (status >= 300) throw new Error(`${operation} was answered ${status}: ${body}`);
      return body === '' ? {} : JSON.parse(body);
    },

    callQuery: (service, action, parameters) =>
      callSigned(service, {
        method: 'POST',
        path: '/',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: new URLSearchParams({
          Action: action,
          Version: QUERY_SERVICES[service],
          ...parameters,
        }).toString(),
      }),

    async putObject(bucket, key, body) {
      const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const answer = await callSigned('s3', { method: 'PUT', path, body });
      if (answer.status >= 300) throw new Error(`PUT ${path} was answered ${answer.status}: ${answer.body}`);
    },

    async invoke(functionName, payload) {
      const path = `/2015-03-31/functions/${functionName}/invocations`;
      const { status, body } = await callSigned('lambda', {
        method: 'POST',
        path,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(payload),
      });
      const answer: unknown = JSON.parse(body);
      const failed = typeof answer === 'object' && answer !== null && 'errorMessage' in answer;
      if (status >= 300 || failed) throw new Error(`${functionName} was answered ${status}: ${body}`);
      return answer;
    },

    environment: {
      AWS_ENDPOINT_URL: endpoint.origin,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
  };
}

/** Not `fetch`: it sets `Host` itself. */
async function send(
  endpoint: URL,
  { method, path, headers, body }: Omit<Call, 'headers'> & { headers: Record<string, unknown> },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: endpoint.hostname,
      port: endpoint.port,
      method,
      path,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      timeout: 30_000,
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer after 30 s`)));
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      text(incoming).then((answer) => resolve({ status: incoming.statusCode ?? 0, body: answer }), reject);
    });
    outgoing.end(body);
  });
}
