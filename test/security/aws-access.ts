import * as v from 'valibot';
import type { LoopbackServer } from '../support/loopback-server.ts';

/** What IAM authorizes of a call: its action and resource, the ARN without region and account. */
export interface AwsAccess {
  readonly action: string;
  readonly resource: string;
}

type Request = LoopbackServer['requests'][number];

const inputSchema = v.object({
  QueueName: v.optional(v.string()),
  QueueUrl: v.optional(v.string()),
  TableName: v.optional(v.string()),
  IndexName: v.optional(v.string()),
  RequestItems: v.optional(v.record(v.string(), v.unknown()), {}),
  Name: v.optional(v.string(), ''),
  Entries: v.optional(v.array(v.looseObject({ EventBusName: v.optional(v.string()) })), []),
  SecretId: v.optional(v.string(), ''),
  repositoryNames: v.optional(v.array(v.string()), []),
});
type Input = v.InferOutput<typeof inputSchema>;

/** Services by the prefix of `x-amz-target`, with the resource of a call. Source: AWS service authorization reference. */
const SERVICES: Readonly<
  Record<string, readonly [name: string, resourceOf: (input: Input, action: string) => string]>
> = {
  AmazonSQS: ['sqs', ({ QueueName, QueueUrl }) => QueueName ?? QueueUrl?.replace(/^.*\//, '') ?? ''],
  DynamoDB_20120810: [
    'dynamodb',
    ({ TableName, IndexName, RequestItems }) =>
      `table/${TableName ?? Object.keys(RequestItems).join()}${IndexName === undefined ? '' : `/index/${IndexName}`}`,
  ],
  AWSEvents: [
    'events',
    ({ Name, Entries: [entry] }, action) =>
      action.endsWith('Rule') ? `rule/${Name}` : `event-bus/${entry?.EventBusName ?? Name}`,
  ],
  secretsmanager: ['secretsmanager', ({ SecretId }) => `secret:${SecretId}-AbCdEf`],
  AmazonSSM: ['ssm', ({ Name }) => `parameter${Name}`],
  AmazonEC2ContainerRegistry_V20150921: [
    'ecr',
    ({ repositoryNames }) => `repository/${repositoryNames.join()}`,
  ],
};

/** Services with a REST protocol, by method and path. */
const PATHS: readonly (readonly [RegExp, action: string, resource: string])[] = [
  [/^GET \/2015-03-31\/event-source-mappings\?/, 'lambda:ListEventSourceMappings', '*'],
  [
    /^PUT \/2015-03-31\/event-source-mappings\/(.+)$/,
    'lambda:UpdateEventSourceMapping',
    'arn:aws:lambda:::event-source-mapping:$1',
  ],
  [/^GET \/2016-08-19\/account-settings$/, 'lambda:GetAccountSettings', '*'],
  [/^GET \/v2(\/apis[^?]*)(?:\?.*)?$/, 'apigateway:GET', 'arn:aws:apigateway:::$1'],
];

/** Finds what IAM authorizes of a call that a loopback server received. */
export function accessOf({ method, path, headers, body }: Request): AwsAccess {
  const target = headers['x-amz-target'];
  if (typeof target !== 'string') {
    const line = `${method} ${path}`;
    const [pattern, action, resource] = PATHS.find(([each]) => each.test(line)) ?? [];
    if (pattern === undefined) throw new Error(`unknown call ${line}`);
    return { action: `${action}`, resource: line.replace(pattern, `${resource}`) };
  }
  const [prefix = '', operation = ''] = target.split('.');
  const [service, resourceOf] = SERVICES[prefix] ?? [];
  if (resourceOf === undefined) throw new Error(`unknown service ${prefix}`);
  const resource = resourceOf(v.parse(inputSchema, JSON.parse(body)), operation);
  // SQS authorizes a batch as its single action.
  const action = service === 'sqs' ? operation.replace(/Batch$/, '') : operation;
  return { action: `${service}:${action}`, resource: `arn:aws:${service}:::${resource}` };
}
