import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { VerifiedDelivery } from './configured-source.ts';

/** Event of an HTTP API or a Function URL (payload 2.0), a REST API (1.0) or a load balancer. */
export type HttpEvent = APIGatewayProxyEventV2 | APIGatewayProxyEvent | ALBEvent;

/** Event with what `verifyDelivery` adds for the handler. */
export type WebhookEvent = HttpEvent & {
  verified?: VerifiedDelivery & { readonly answersTo: HttpEvent };
};

/** Answer that all of them accept. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** HTTP request in the same form for every kind of event. */
export function readHttpRequest(event: HttpEvent) {
  return {
    sourceName: sourceNameOf(event),
    method: 'rawPath' in event ? event.requestContext.http.method : event.httpMethod,
    /** By lower-case name; the last one of several with the same name. */
    headers: readHeaders(event),
    /** Bytes of the body as they were sent, decoded on access. */
    get rawBody() {
      return Buffer.from(event.body ?? '', encodingOf(event));
    },
  };
}

/** Number of bytes of the body, counted without decoding it. */
export function bodyBytesOf(event: HttpEvent): number {
  return Buffer.byteLength(event.body ?? '', encodingOf(event));
}

function encodingOf({ isBase64Encoded }: HttpEvent): 'base64' | 'utf8' {
  return isBase64Encoded ? 'base64' : 'utf8';
}

/** End of `/webhooks/{source}`; empty if the path is another one. */
export function sourceNameOf(event: HttpEvent): string {
  const parameters = 'pathParameters' in event ? event.pathParameters : undefined;
  const path = 'rawPath' in event ? event.rawPath : event.path;
  // Events of a Function URL and a load balancer have no parameters.
  return parameters?.['source'] ?? /(?:^|\/)webhooks\/([^/]+)\/?$/.exec(path)?.[1] ?? '';
}

function readHeaders(event: HttpEvent): Record<string, string | undefined> {
  const several = Object.entries(multiValueHeadersOf(event) ?? {});
  const headers = [...several, ...Object.entries(event.headers ?? {})];
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), [value].flat().at(-1)]));
}

function multiValueHeadersOf(event: HttpEvent): Record<string, string[] | undefined> | null | undefined {
  return 'multiValueHeaders' in event ? event.multiValueHeaders : undefined;
}

/** Creates an answer in the form that the origin of an event accepts. */
export function answerHttp(
  event: HttpEvent,
  statusCode: number,
  headers: Record<string, string>,
  body: unknown,
): HttpAnswer {
  const answer = { statusCode, body: JSON.stringify(body), isBase64Encoded: false } as const;
  // A load balancer that sends only such headers accepts no others.
  const onlySeveral = event.headers === undefined && multiValueHeadersOf(event) !== undefined;
  if (!onlySeveral) return { ...answer, headers };
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value]]),
  );
  return { ...answer, multiValueHeaders };
}
