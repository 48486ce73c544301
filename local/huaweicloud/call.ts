import type { IncomingHttpHeaders } from 'node:http';
import type { Route } from './operations.ts';

/** A request that has arrived whole. */
export interface Call extends Route {
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

export function isRecord(value: unknown): value is Record<string, unknown> {
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
