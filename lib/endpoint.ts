import type { Failure } from './failure.ts';
import type { SecretOwner } from './stored-secret.ts';

const ENVIRONMENT = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Validates an endpoint: the reason why a text can't be one; undefined if it can. */
export function validateEndpoint(text: string): string | undefined {
  if (ENVIRONMENT.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null) return 'not a URL';
  if (url.username !== '' || url.password !== '') return 'a URL with a user or a password in it';
  // Even an empty one: paths are put behind it.
  if (/[?#]/.test(text)) return 'a URL with a query or a fragment';
  // A password and a token go there.
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  return safe ? undefined : 'not https, and not on loopback';
}

/**
 * The endpoint that a configuration means, without a slash at its end.
 *
 * @throws {Error} if the variable that it names holds none.
 */
export function resolveEndpoint(endpoint: string, environment: NodeJS.ProcessEnv = process.env): string {
  const variable = ENVIRONMENT.exec(endpoint)?.[1];
  if (variable === undefined) return endpoint;
  const value = environment[variable] ?? '';
  const issue = ENVIRONMENT.test(value) ? 'not a URL' : validateEndpoint(value);
  if (issue !== undefined)
    throw new Error(`environment variable ${variable}: expected an endpoint, found ${issue}`);
  return trimEndpoint(value);
}

/** Logs an error of `resolveEndpoint`, and gives the failure that everything ends in that needs the endpoint. */
export function reportEndpoint(error: unknown, { of, log }: SecretOwner): Failure {
  const problem = error instanceof Error ? error.message : 'not usable';
  const message = `Unusable endpoint for ${of}: ${problem}`;
  const failure = { code: 'ENDPOINT_UNUSABLE', message, retryable: false };
  log?.error('unusable', { of, ...failure });
  return failure;
}

/** Without the slash at its end: paths begin with one. */
export function trimEndpoint(endpoint: string): string {
  return endpoint.replace(/\/$/, '');
}

/** Endpoint of a service in a region. Source: Huawei Cloud, "Regions and Endpoints"; the European cloud has its own domain. */
export function defaultEndpoint(service: 'iam' | 'swr-api', region: string): string {
  const domain = region === 'eu-west-101' ? 'myhuaweicloud.eu' : 'myhuaweicloud.com';
  return `https://${service}.${region}.${domain}`;
}
