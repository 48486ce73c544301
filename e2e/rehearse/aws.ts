import { setTimeout as pause } from 'node:timers/promises';
import type * as v from 'valibot';
import { parse } from 'valibot';
import { type AwsCall, callAws } from '../../lib/aws/call.ts';
import { signRequest } from '../../lib/aws/sign.ts';

/** MiniStack's root user, unless it is configured otherwise. Real credentials never go to an emulator. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
/** The emulator's default; every name in the stack follows from it. */
export const EMULATOR_REGION = 'us-east-1';
const TIMEOUT_MS = 30_000;
const VERSIONS = { cloudformation: '2010-05-15', iam: '2010-05-08' };

interface Response {
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
  return parse(schema, await callAws({ service, action, input, timeoutMs: TIMEOUT_MS }));
}

/** Calls a service with the query protocol, whose answer is XML. */
export function callQuery(
  service: keyof typeof VERSIONS,
  action: string,
  parameters: Record<string, string>,
): Promise<Response> {
  const query = new URLSearchParams({ Action: action, Version: VERSIONS[service], ...parameters });
  return callSigned(service, '/', query.toString(), 'application/x-www-form-urlencoded');
}

/** The text of every element with a name: enough for the answers that are read here. */
export function readXml(body: string, name: string): string[] {
  return [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value);
}

/** @returns the answer in JSON. @throws {Error} if the function fails. */
export async function invokeFunction(name: string, payload: object): Promise<string> {
  const path = `/2015-03-31/functions/${name}/invocations`;
  const { status, body } = await callSigned('lambda', path, JSON.stringify(payload), 'application/json');
  const answer: unknown = JSON.parse(body);
  const failed = typeof answer === 'object' && answer !== null && 'errorMessage' in answer;
  if (status >= 300 || failed) throw new Error(`${name} was answered ${status}: ${body}`);
  return body;
}

async function callSigned(service: string, path: string, body: string, type: string): Promise<Response> {
  const url = new URL(path, process.env['AWS_ENDPOINT_URL']);
  const call = { service, region: EMULATOR_REGION, url, headers: { 'content-type': type }, body };
  const headers = signRequest(call, CREDENTIALS);
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
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
