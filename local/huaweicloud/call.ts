import type { IncomingHttpHeaders } from 'node:http';

/** Operations by the method, and the path or its end. */
const OPERATIONS = {
  'POST /v3/auth/tokens': 'createToken',
  'GET /v2/manage/namespaces': 'listNamespaces',
  'GET /v2/manage/repos': 'listRepositories',
  'GET sync_repo': 'listSyncTasks',
  'POST sync_repo': 'createSyncTask',
  'DELETE sync_repo': 'deleteSyncTask',
} as const;

export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS] | 'unknown';

export interface RoutedRequest {
  operation: Operation;
  query: URLSearchParams;
  namespace?: string;
  /** With its slashes back in place of the `$` of the path. */
  repository?: string;
}

const SYNC_REPO_PATH = /^\/v2\/manage\/namespaces\/([^/]+)\/repos\/([^/]+)\/sync_repo$/;

/** Finds the operation of a request line. The path is taken as sent: nothing is normalized on the way. */
export function routeRequest(method: string, target: string): RoutedRequest {
  const { path, search } = splitTarget(target);
  const query = new URLSearchParams(search);
  const match = SYNC_REPO_PATH.exec(path);
  const operations: Readonly<Record<string, Operation>> = OPERATIONS;
  const operation = operations[`${method} ${match === null ? path : 'sync_repo'}`];
  if (operation === undefined) return { operation: 'unknown', query };
  if (match === null) return { operation, query };
  const namespace = decodeSegment(match[1]);
  const repository = decodeSegment(match[2]);
  if (namespace === undefined || repository === undefined) return { operation: 'unknown', query };
  return { operation, query, namespace, repository: repository.replaceAll('$', '/') };
}

export function splitTarget(target: string): { path: string; search: string } {
  const [path = '', ...search] = target.split('?');
  return { path, search: search.join('?') };
}

/** `%2F` is a slash to the gateway as well, so it splits the path and leads nowhere. */
function decodeSegment(segment = ''): string | undefined {
  try {
    const decoded = decodeURIComponent(segment);
    return decoded.includes('/') ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** A request that has arrived whole. */
export interface Call extends RoutedRequest {
  method: string;
  /** As sent, with the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export type Auth = 'token' | 'ak-sk' | 'none';

export const SIGNING_ALGORITHM = 'SDK-HMAC-SHA256';

export function detectAuth(headers: IncomingHttpHeaders): Auth {
  if (headers.authorization?.startsWith(SIGNING_ALGORITHM)) return 'ak-sk';
  return headers['x-auth-token'] === undefined ? 'none' : 'token';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const JSON_CONTENT_TYPE = /^application\/json(?:; ?charset=utf-?8)?$/i;

/** The body as an object, or undefined where its type or its text is not JSON. */
export function readJsonObject(call: Pick<Call, 'headers' | 'body'>): Record<string, unknown> | undefined {
  if (!JSON_CONTENT_TYPE.test(call.headers['content-type'] ?? '')) return undefined;
  try {
    const value: unknown = JSON.parse(call.body.toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
