import { setTimeout as pause } from 'node:timers/promises';
import aws4 from 'aws4';
import * as v from 'valibot';
import { type AwsCall, callAws } from '../../lib/aws/call.ts';

/** MiniStack's root user, unless it is configured otherwise. Real credentials never go to an emulator. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
/** The emulator's default; every name in the stack follows from it. */
export const EMULATOR_REGION = 'us-east-1';
const TIMEOUT_MS = 30_000;
const VERSIONS = { cloudformation: '2010-05-15', iam: '2010-05-08' };

export interface Response {
  readonly status: number;
  readonly body: string;
}

/** The environment with which a process calls the emulator, whose services all share one address. */
export function awsEnvironment(endpoint: URL): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint.origin,
    AWS_REGION: EMULATOR_REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
}

/** Calls a service with a JSON protocol, and parses its answer. */
export async function callJson<S extends v.GenericSchema>(
  service: AwsCall['service'],
  action: string,
  input: object,
  schema: S,
): Promise<v.InferOutput<S>> {
  return v.parse(schema, await callAws({ service, action, input, timeoutMs: TIMEOUT_MS }));
}

/** Calls a service with the query protocol, whose answer is XML. */
export function callQuery(
  service: keyof typeof VERSIONS,
  action: string,
  parameters: Record<string, string>,
): Promise<Response> {
  const query = new URLSearchParams({ Action: action, Version: VERSIONS[service], ...parameters });
  return callSigned(service, 'POST', '/', query.toString(), {
    'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
  });
}

/** The text of every element with a name: enough for the answers that are read here. */
export function readXml(body: string, name: string): string[] {
  return [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value);
}

export async function putObject(bucket: string, key: string, content: Buffer): Promise<void> {
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const { status, body } = await callSigned('s3', 'PUT', path, content);
  if (status >= 300) throw new Error(`PUT ${path} was answered ${status}: ${body}`);
}

/** @throws {Error} if the function fails. */
export async function invokeFunction(name: string, payload: object): Promise<unknown> {
  const path = `/2015-03-31/functions/${name}/invocations`;
  const { status, body } = await callSigned('lambda', 'POST', path, JSON.stringify(payload));
  const answer: unknown = JSON.parse(body);
  const failed = typeof answer === 'object' && answer !== null && 'errorMessage' in answer;
  if (status >= 300 || failed) throw new Error(`${name} was answered ${status}: ${body}`);
  return answer;
}

/** Everything that a function has logged so far. */
export async function readLogs(functionName: string): Promise<string[]> {
  const input = JSON.stringify({ logGroupName: `/aws/lambda/${functionName}` });
  const { body } = await callSigned('logs', 'POST', '/', input, {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': 'Logs_20140328.FilterLogEvents',
  });
  const { events } = v.parse(
    v.object({ events: v.array(v.object({ message: v.string() })) }),
    JSON.parse(body),
  );
  return [`--- ${functionName}`, ...events.map(({ message }) => message.trimEnd())];
}

async function callSigned(
  service: string,
  method: string,
  path: string,
  body: string | Buffer,
  more: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Response> {
  const endpoint = new URL(process.env['AWS_ENDPOINT_URL'] ?? '');
  const request = {
    service,
    region: EMULATOR_REGION,
    host: endpoint.host,
    method,
    path,
    body,
    headers: more,
  };
  const { headers = {} } = aws4.sign(request, CREDENTIALS);
  // `fetch` sets the host itself.
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host');
  const response = await fetch(new URL(path, endpoint), {
    method,
    headers: others.map(([name, value]): [string, string] => [name, String(value)]),
    body: Buffer.from(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: await response.text() };
}

/**
 * Polls until there is an answer.
 *
 * @param what completes "timed out waiting for …".
 */
export async function waitFor<T>(
  what: string,
  poll: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await poll();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`timed out after ${timeoutMs / 1000} s waiting for ${what}`);
    await pause(100);
  }
}
