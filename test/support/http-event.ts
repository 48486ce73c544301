import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';

export interface HttpEventOptions {
  readonly source?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  /** As what isn't taken for a text is passed on. */
  readonly base64?: boolean;
  /** Who passes the request on; an HTTP API if missing. */
  readonly via?: 'HTTP API' | 'Function URL' | 'REST API' | 'load balancer' | 'load balancer, several values';
}

/** Event that an HTTP front end of Lambda makes of a webhook. */
export function httpEvent(options: HttpEventOptions): HttpEvent {
  const { via = 'HTTP API' } = options;
  if (via === 'REST API') return restApiEvent(options);
  if (via === 'HTTP API' || via === 'Function URL') return payload2Event(options, via);
  return loadBalancerEvent(options, via === 'load balancer, several values');
}

function headersOf({ headers = {} }: HttpEventOptions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function bodyOf({ body, base64 = false }: HttpEventOptions): string | undefined {
  return base64 && body !== undefined ? Buffer.from(body).toString('base64') : body;
}

function several(headers: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

function payload2Event(options: HttpEventOptions, via: 'HTTP API' | 'Function URL'): APIGatewayProxyEventV2 {
  const { source = 'github', method = 'POST', base64 = false } = options;
  const rawPath = `/webhooks/${source}`;
  const routeKey = via === 'Function URL' ? '$default' : 'POST /webhooks/{source}';
  const body = bodyOf(options);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: '',
    headers: headersOf(options),
    ...(via === 'HTTP API' && { pathParameters: { source } }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      domainName: 'id.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'id',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'agent' },
      requestId: 'id',
      routeKey,
      stage: '$default',
      time: '24/Nov/2026:03:00:00 +0000',
      timeEpoch: 1_795_489_200_000,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: base64,
  };
}

function restApiEvent(options: HttpEventOptions): APIGatewayProxyEvent {
  const { source = 'github', method = 'POST', base64 = false } = options;
  // A REST API leaves the names of headers as they were sent.
  const headers = Object.fromEntries(
    Object.entries(headersOf(options)).map(([name, value]) => [name.toUpperCase(), value]),
  );
  const event = {
    resource: '/webhooks/{source}',
    path: `/webhooks/${source}`,
    httpMethod: method,
    headers,
    multiValueHeaders: several(headers),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { source },
    stageVariables: null,
    requestContext: { accountId: '123456789012', stage: 'prod', requestId: 'id' },
    body: bodyOf(options) ?? null,
    isBase64Encoded: base64,
  };
  // The rest of the request context counts for nobody here.
  // oxlint-disable-next-line no-unsafe-type-assertion
  return event as unknown as APIGatewayProxyEvent;
}

function loadBalancerEvent(options: HttpEventOptions, severalValues: boolean): ALBEvent {
  const { source = 'github', method = 'POST', base64 = false } = options;
  const headers = headersOf(options);
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/x/1' },
    },
    httpMethod: method,
    path: `/webhooks/${source}`,
    ...(severalValues ? { multiValueHeaders: several(headers) } : { headers }),
    body: bodyOf(options) ?? '',
    isBase64Encoded: base64,
  };
}
