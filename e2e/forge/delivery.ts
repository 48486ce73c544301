import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';

/** A delivery as it is sent, with its unsigned parts. */
export interface RawDelivery {
  /** The end of its address. */
  readonly source: string;
  /** By lower-case name, unless a mutation wants it otherwise. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly method: string;
  readonly query: string;
  readonly via: 'HTTP API' | 'REST API';
  /** True if the event has the body in base64, as bytes that are not text require. */
  readonly base64: boolean;
  /** The `isBase64Encoded` of the event; a wrong value changes the bytes that arrive. */
  readonly saysBase64: boolean;
}

/** A delivery in a well-formed event. */
export function makeDelivery(
  source: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): RawDelivery {
  const base64 = !isUtf8(body);
  return { source, headers, body, method: 'POST', query: '', via: 'HTTP API', base64, saysBase64: base64 };
}

/** The event of a delivery, as far as the function reads it. */
export function toEvent(delivery: RawDelivery): HttpEvent {
  const { source, method, query, headers, body, base64, saysBase64, via } = delivery;
  const path = `/webhooks/${source}`;
  const several = Object.entries(headers).map(([name, value]) => [name, [value]]);
  const carried = {
    headers: { ...headers },
    body: body.toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: saysBase64,
    pathParameters: { source },
  };
  const event: Partial<APIGatewayProxyEvent> | Partial<APIGatewayProxyEventV2> =
    via === 'REST API'
      ? { ...carried, path, httpMethod: method, multiValueHeaders: Object.fromEntries(several) }
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
