import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** The `{source}` of `POST /webhooks/{source}`, from an HTTP API or, which has no routes, a Function URL. */
export function sourceNameOf({ pathParameters, rawPath }: APIGatewayProxyEventV2): string {
  return pathParameters?.['source'] ?? /(?:^|\/)webhooks\/([^/]+)\/?$/.exec(rawPath)?.[1] ?? '';
}

export function methodOf({ requestContext }: APIGatewayProxyEventV2): string {
  return requestContext.http.method;
}

/** The body's bytes as they were sent. */
export function rawBodyOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
}

/** The headers by lower-case name. */
export function headersOf({ headers }: APIGatewayProxyEventV2): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
