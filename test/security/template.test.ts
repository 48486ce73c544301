import { beforeAll, describe, expect, test } from '@jest/globals';
import { resourceNamesOf } from '../../lib/resource-names.ts';
import { HANDLED, readPolicy } from './deploy-role.ts';
import { type Packaged, packageTemplate, type Template } from './packaged-template.ts';
import { type Statement, statementsOf } from './statements.ts';

const WRITE_LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
/** X-Ray has no resources for permissions; this one allows adding traces, and no reading. */
const TRACE = { on: '*', may: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] };
/** Actions that Lambda calls for a function. */
const BY_LAMBDA: ReadonlySet<string> = new Set([
  ...WRITE_LOG,
  ...TRACE.may,
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
]);
const READ_SECRET = ['secretsmanager:GetSecretValue'];
const secret = (name: string) => `secretsmanager:secret:swr-sync-cleanup/prod/${name}-??????`;
const entriesOf = (...kinds: string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${kind}#*`) },
});

/** Every permission of a function, a statement for each resource. */
const NEEDED: Readonly<Record<string, readonly { on: string; may: readonly string[]; only?: object }[]>> = {
  ReceiveRole: [
    { on: 'ReceiveLogGroup', may: WRITE_LOG },
    TRACE,
    { on: 'CleanupQueue', may: ['sqs:SendMessage'] },
    { on: secret('github'), may: READ_SECRET },
  ],
  CleanRole: [
    { on: 'CleanLogGroup', may: WRITE_LOG },
    TRACE,
    {
      on: 'CleanupQueue',
      may: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ChangeMessageVisibility',
        'sqs:SendMessage',
      ],
    },
    { on: 'DeadLetterQueue', may: ['sqs:SendMessage'] },
    { on: 'LedgerTable', may: ['dynamodb:UpdateItem', 'dynamodb:Query'], only: entriesOf('delivery') },
    { on: 'EventBus', may: ['events:PutEvents'] },
    { on: secret('huaweicloud'), may: READ_SECRET },
  ],
  SweepRole: [
    { on: 'SweepLogGroup', may: WRITE_LOG },
    TRACE,
    {
      on: 'SweepQueue',
      may: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
    },
    { on: 'CleanupQueue', may: ['sqs:SendMessage'] },
    {
      on: 'LedgerTable',
      may: ['dynamodb:UpdateItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem', 'dynamodb:DeleteItem'],
      only: entriesOf('sweep', 'suspicion'),
    },
    { on: 'EventBus', may: ['events:PutEvents'] },
    { on: secret('huaweicloud'), may: READ_SECRET },
  ],
};

let packaged: Packaged;
let template: Template;
let statements: Statement[];
beforeAll(async () => {
  packaged = await packageTemplate('prod');
  ({ template } = packaged);
  statements = statementsOf(template);
}, 60_000);

const resourcesOf = (type: string) =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([, { Properties }]) => Properties);
const namesOf = (type: string) =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([name]) => name);
const allowed = () => statements.filter(({ effect }) => effect === 'Allow');

test('the role that deploys may make everything that a stage consists of', () => {
  const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))].toSorted();
  expect(types).toEqual(Object.keys(HANDLED).toSorted());
  const actions = readPolicy('.github/aws/deploy-permissions.json').statements.flatMap(
    ({ Action }) => Action,
  );
  expect(actions).toEqual(expect.arrayContaining(Object.values(HANDLED).flat()));
});

test('the role that deploys reaches every log group of a stage', () => {
  const { Resource = [] } =
    readPolicy('.github/aws/deploy-permissions.json').statements.find(({ Sid }) => Sid === 'LogGroups') ?? {};
  const reachable = Resource.map(
    (arn) => new RegExp(`^${arn.replaceAll('STAGE', 'prod').replaceAll('*', '.*')}$`),
  );
  const names = resourcesOf('AWS::Logs::LogGroup').map((group) => String(group['LogGroupName']));
  expect(names).toHaveLength(4);
  const unreachable = names.filter(
    (name) => !reachable.some((arn) => arn.test(`arn:aws:logs:REGION:ACCOUNT_ID:log-group:${name}`)),
  );
  expect(unreachable).toEqual([]);
});

describe('a role', () => {
  test.each(Object.keys(NEEDED))('%s may do what its function needs, and nothing else', (role) => {
    const given = statements.filter(({ where, principal }) => where === role && principal === undefined);
    expect(given).toEqual(
      NEEDED[role]?.map(({ on, may, only }) => ({
        where: role,
        effect: 'Allow',
        principal: undefined,
        actions: may,
        resources: [on],
        condition: only,
      })),
    );
  });

  test.each(Object.keys(NEEDED))('%s needs it: the function calls it, or Lambda for it', (role) => {
    const bundle = packaged.bundles.get(role.replace('Role', '').toLowerCase()) ?? '';
    const actions = (NEEDED[role] ?? []).flatMap(({ may }) => may);
    const unused = actions.filter(
      (action) => !BY_LAMBDA.has(action) && !bundle.includes(`"${action.replace(/^.*:/, '')}"`),
    );
    expect(unused).toEqual([]);
  });

  test('belongs to one function, and can be taken by Lambda only', () => {
    const functions = resourcesOf('AWS::Lambda::Function').map((each) => each['Role']);
    expect(functions).toEqual(Object.keys(NEEDED).map((role) => ({ 'Fn::GetAtt': [role, 'Arn'] })));
    expect(namesOf('AWS::IAM::Role')).toEqual(Object.keys(NEEDED));
    for (const role of resourcesOf('AWS::IAM::Role')) {
      // No policy of AWS's own, which could come to allow more.
      expect(Object.keys(role).toSorted()).toEqual(['AssumeRolePolicyDocument', 'Policies', 'Tags']);
    }
    const takers = statements.filter(({ actions }) => actions.some((action) => action.startsWith('sts:')));
    expect(takers.map(({ where, actions, principal }) => ({ where, actions, principal }))).toEqual(
      Object.keys(NEEDED).map((role) => ({
        where: role,
        actions: ['sts:AssumeRole'],
        principal: { Service: 'lambda.amazonaws.com' },
      })),
    );
  });
});

describe('a policy', () => {
  test('allows no action and no resource by a wildcard, but for traces', () => {
    const wide = allowed().filter(({ actions, resources }) =>
      [...actions, ...resources].join().includes('*'),
    );
    expect(wide.map(({ actions, resources }) => ({ on: resources.join(), may: actions }))).toEqual([
      TRACE,
      TRACE,
      TRACE,
    ]);
    expect(allowed().length).toBeGreaterThan(15);
  });

  test('lets no account in, and of the services of AWS only those that act for this stage', () => {
    const admitted = allowed().filter(
      ({ principal, actions }) => principal !== undefined && !actions.includes('sts:AssumeRole'),
    );
    const fromRules = {
      ArnEquals: {
        'aws:SourceArn': ['RepositoryDeletedRule', 'EcrRepositoryDeletedRule'].map((rule) => ({
          'Fn::GetAtt': [rule, 'Arn'],
        })),
      },
    };
    const fromHere = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    expect(
      admitted.map(({ where, principal, actions, condition }) => ({ where, principal, actions, condition })),
    ).toEqual([
      {
        where: 'CleanupQueuePolicy',
        principal: { Service: 'events.amazonaws.com' },
        actions: ['sqs:SendMessage'],
        condition: fromRules,
      },
      {
        where: 'DeadLetterQueuePolicy',
        principal: { Service: 'events.amazonaws.com' },
        actions: ['sqs:SendMessage'],
        condition: fromRules,
      },
      {
        where: 'AlarmTopicPolicy',
        principal: { Service: 'cloudwatch.amazonaws.com' },
        actions: ['sns:Publish'],
        condition: fromHere,
      },
    ]);
  });

  test('of a function lets it be called by the API, or by its schedule', () => {
    const called = resourcesOf('AWS::Lambda::Permission').map(({ FunctionName, Principal, SourceArn }) => ({
      by: Principal,
      it: FunctionName,
      // Without one, every API and every schedule could call it.
      only: SourceArn !== undefined,
    }));
    expect(called).toHaveLength(3);
    expect(called).toEqual(
      expect.arrayContaining([
        {
          by: 'apigateway.amazonaws.com',
          it: { 'Fn::GetAtt': ['ReceiveLambdaFunction', 'Arn'] },
          only: true,
        },
        { by: 'events.amazonaws.com', it: { 'Fn::GetAtt': ['ReceiveLambdaFunction', 'Arn'] }, only: true },
        { by: 'events.amazonaws.com', it: { 'Fn::GetAtt': ['SweepLambdaFunction', 'Arn'] }, only: true },
      ]),
    );
    expect(resourcesOf('AWS::Lambda::Url')).toEqual([]);
  });

  test.each(['AWS::SQS::Queue', 'AWS::S3::Bucket'])('denies access to each %s without TLS', (type) => {
    const denied = statements.filter(({ effect }) => effect === 'Deny');
    for (const name of namesOf(type)) {
      const own = denied.filter(({ resources }) =>
        resources.some((each) => each === name || each.endsWith(`:::${name}`)),
      );
      expect(own).toHaveLength(1);
      expect(own[0]).toMatchObject({ principal: '*', actions: [expect.stringMatching(/^(?:sqs|s3):\*$/)] });
      expect(JSON.stringify(own[0]?.condition)).toMatch(/^\{"Bool":\{"aws:SecureTransport":"?false"?\}\}$/);
    }
  });
});

describe('stored data', () => {
  test('is encrypted in every queue', () => {
    const queues = resourcesOf('AWS::SQS::Queue');
    expect(queues.length).toBeGreaterThanOrEqual(2);
    for (const queue of queues) expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
  });

  test('is encrypted in the ledger, and can be had back', () => {
    expect(resourcesOf('AWS::DynamoDB::Table')).toMatchObject([
      {
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    ]);
  });

  test('is encrypted in the bucket, and never public', () => {
    expect(resourcesOf('AWS::S3::Bucket')).toMatchObject([
      {
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    ]);
  });

  test('is kept in the logs for a year', () => {
    for (const group of resourcesOf('AWS::Logs::LogGroup')) expect(group['RetentionInDays']).toBe(365);
  });

  test('is a topic of alarms without a key, which CloudWatch could not use', () => {
    const [topic, ...others] = resourcesOf('AWS::SNS::Topic');
    expect(topic).not.toHaveProperty('KmsMasterKeyId');
    expect(others).toEqual([]);
  });
});

describe('a caller from outside', () => {
  test('reaches one route, as often as is set', () => {
    expect(resourcesOf('AWS::ApiGatewayV2::Route').map((route) => route['RouteKey'])).toEqual([
      'POST /webhooks/{source}',
    ]);
    expect(resourcesOf('AWS::ApiGatewayV2::Stage')).toMatchObject([
      { DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 200 } },
    ]);
  });

  test('can report a deletion of ECR only in the same account and region', () => {
    const rules = resourcesOf('AWS::Events::Rule').map((rule) => rule['EventPattern']);
    expect(rules).toContainEqual(
      expect.objectContaining({
        source: ['aws.ecr'],
        account: [{ Ref: 'AWS::AccountId' }],
        region: [{ Ref: 'AWS::Region' }],
      }),
    );
  });

  test('finds no secret in the environment of a function', () => {
    for (const each of resourcesOf('AWS::Lambda::Function')) {
      expect(each).toMatchObject({ Environment: { Variables: { STAGE: 'prod' } } });
      expect(JSON.stringify(each['Environment'])).not.toMatch(
        /secret|password|token|credential|access.?key/i,
      );
    }
  });
});

describe('a resource', () => {
  test('has the name by which the CLI finds it', () => {
    const names = Object.values(template.Resources).flatMap(({ Properties }) =>
      ['QueueName', 'TableName', 'FunctionName', 'Name'].map((key) => Properties[key]),
    );
    expect(names).toEqual(expect.arrayContaining(Object.values(resourceNamesOf('prod'))));
  });

  // By the trace, Lambda counts how often a message leads to the next one, and stops them after 16.
  test('may queue work for itself without end if it is clean or sweep', () => {
    const functions = resourcesOf('AWS::Lambda::Function').map(
      ({ FunctionName, RecursiveLoop, TracingConfig }) => ({ FunctionName, RecursiveLoop, TracingConfig }),
    );
    const TracingConfig = { Mode: 'Active' };
    expect(functions).toEqual([
      { FunctionName: 'swr-sync-cleanup-prod-receive', TracingConfig },
      { FunctionName: 'swr-sync-cleanup-prod-clean', RecursiveLoop: 'Allow', TracingConfig },
      { FunctionName: 'swr-sync-cleanup-prod-sweep', RecursiveLoop: 'Allow', TracingConfig },
    ]);
  });
});
