import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';

/** A delivery as it is sent, with what nobody signs: how it is carried. */
export interface Delivery {
  /** The end of its address. */
  readonly source: string;
  /** By lower-case name, unless a mutation wants it otherwise. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly method: string;
  readonly query: string;
  readonly via: 'HTTP API' | 'REST API';
  /** Whether the body is carried in base64, as everything has to be that is no text. */
  readonly base64: boolean;
  /** What is said of that; a lie changes the bytes that arrive. */
  readonly saysBase64: boolean;
}

/** A delivery that is carried as it should be. */
export function deliver(source: string, headers: Readonly<Record<string, string>>, body: Buffer): Delivery {
  const base64 = !isUtf8(body);
  return { source, headers, body, method: 'POST', query: '', via: 'HTTP API', base64, saysBase64: base64 };
}

/** The event that a function gets of a delivery. Only what the function reads of it is there. */
export function toEvent(delivery: Delivery): HttpEvent {
  const { source, method, query, headers, body, base64, saysBase64, via } = delivery;
  const path = `/webhooks/${source}`;
  const carried = {
    headers: { ...headers },
    body: body.toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: saysBase64,
    pathParameters: { source },
  };
  const event: Partial<APIGatewayProxyEvent> | Partial<APIGatewayProxyEventV2> =
    via === 'REST API'
      ? { ...carried, path, httpMethod: method, multiValueHeaders: severalOf(headers) }
      : {
          ...carried,
          version: '2.0',
          rawPath: path,
          rawQueryString: query,
          // Of the context, only the method counts.
          // oxlint-disable-next-line no-unsafe-type-assertion
          requestContext: { http: { method, path } } as APIGatewayProxyEventV2['requestContext'],
        };
  // oxlint-disable-next-line no-unsafe-type-assertion
  return event as HttpEvent;
}

function severalOf(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}
