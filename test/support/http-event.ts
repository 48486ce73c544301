import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface HttpEventOptions {
  readonly source?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  /** As an HTTP API sends what it doesn't take for a text. */
  readonly base64?: boolean;
  /** A Function URL knows no routes. */
  readonly functionUrl?: boolean;
}

/** What an HTTP API makes of a webhook (payload 2.0), or a Function URL of the same. */
export function httpEvent(options: HttpEventOptions): APIGatewayProxyEventV2 {
  const {
    source = 'github',
    method = 'POST',
    headers = {},
    body,
    base64 = false,
    functionUrl = false,
  } = options;
  const rawPath = `/webhooks/${source}`;
  const routeKey = functionUrl ? '$default' : 'POST /webhooks/{source}';
  const sent = base64 && body !== undefined ? Buffer.from(body).toString('base64') : body;
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: '',
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    ...(!functionUrl && { pathParameters: { source } }),
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
    ...(sent !== undefined && { body: sent }),
    isBase64Encoded: base64,
  };
}
