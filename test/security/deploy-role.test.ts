import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';
import { packageTemplate } from './packaged-template.ts';

const documentSchema = v.object({
  Statement: v.array(
    v.object({
      Sid: v.string(),
      Effect: v.literal('Allow'),
      Action: v.pipe(
        v.union([v.string(), v.array(v.string())]),
        v.transform((action) => [action].flat()),
      ),
      Resource: v.pipe(
        v.optional(v.union([v.string(), v.array(v.string())]), []),
        v.transform((resource) => [resource].flat()),
      ),
      Condition: v.optional(v.record(v.string(), v.record(v.string(), v.string()))),
    }),
  ),
});
const read = (name: string) => readFileSync(join(ROOT, '.github/aws', name), 'utf8');
const text = read('deploy-permissions.json');
const { Statement: statements } = v.parse(documentSchema, JSON.parse(text));
const actions = statements.flatMap(({ Action }) => Action);

/** What it takes to create, read, change and delete each. Source: the schemas of CloudFormation's resource types, `handlers`. */
const HANDLED: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['apigateway:POST', 'apigateway:GET', 'apigateway:PATCH', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Integration': [
    'apigateway:POST',
    'apigateway:GET',
    'apigateway:PATCH',
    'apigateway:DELETE',
  ],
  'AWS::ApiGatewayV2::Route': ['apigateway:POST', 'apigateway:GET', 'apigateway:PATCH', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Stage': ['apigateway:TagResource', 'logs:CreateLogDelivery', 'logs:DeleteLogDelivery'],
  'AWS::CloudWatch::Alarm': [
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:DeleteAlarms',
  ],
  'AWS::CloudWatch::Dashboard': [
    'cloudwatch:PutDashboard',
    'cloudwatch:GetDashboard',
    'cloudwatch:DeleteDashboards',
  ],
  'AWS::DynamoDB::Table': [
    'dynamodb:CreateTable',
    'dynamodb:DescribeTable',
    'dynamodb:UpdateTable',
    'dynamodb:UpdateTimeToLive',
    'dynamodb:UpdateContinuousBackups',
    'dynamodb:DeleteTable',
  ],
  'AWS::Events::EventBus': ['events:CreateEventBus', 'events:DescribeEventBus', 'events:DeleteEventBus'],
  'AWS::Events::Rule': ['events:PutRule', 'events:PutTargets', 'events:RemoveTargets', 'events:DeleteRule'],
  'AWS::IAM::Role': [
    'iam:CreateRole',
    'iam:GetRole',
    'iam:PutRolePolicy',
    'iam:UpdateAssumeRolePolicy',
    'iam:DeleteRolePolicy',
    'iam:DeleteRole',
  ],
  'AWS::Lambda::EventSourceMapping': [
    'lambda:CreateEventSourceMapping',
    'lambda:GetEventSourceMapping',
    'lambda:UpdateEventSourceMapping',
    'lambda:DeleteEventSourceMapping',
  ],
  'AWS::Lambda::Function': [
    'lambda:CreateFunction',
    'lambda:GetFunction',
    'lambda:UpdateFunctionCode',
    'lambda:UpdateFunctionConfiguration',
    'lambda:PutFunctionRecursionConfig',
    'lambda:DeleteFunction',
    'iam:PassRole',
    's3:GetObject',
  ],
  'AWS::Lambda::Permission': ['lambda:AddPermission', 'lambda:GetPolicy', 'lambda:RemovePermission'],
  'AWS::Logs::LogGroup': [
    'logs:CreateLogGroup',
    'logs:DescribeLogGroups',
    'logs:PutRetentionPolicy',
    'logs:DeleteLogGroup',
  ],
  'AWS::S3::Bucket': [
    's3:CreateBucket',
    's3:PutEncryptionConfiguration',
    's3:PutBucketPublicAccessBlock',
    's3:DeleteBucket',
  ],
  'AWS::S3::BucketPolicy': ['s3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy'],
  'AWS::SNS::Topic': [
    'sns:CreateTopic',
    'sns:GetTopicAttributes',
    'sns:SetTopicAttributes',
    'sns:DeleteTopic',
  ],
  'AWS::SNS::TopicPolicy': ['sns:SetTopicAttributes'],
  'AWS::SQS::Queue': [
    'sqs:CreateQueue',
    'sqs:GetQueueAttributes',
    'sqs:SetQueueAttributes',
    'sqs:DeleteQueue',
  ],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes'],
};

describe('the role that deploys', () => {
  let types: string[];
  beforeAll(async () => {
    const { template } = await packageTemplate('prod');
    types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))].toSorted();
  }, 60_000);

  test('may make everything that a stage consists of', () => {
    expect(types).toEqual(Object.keys(HANDLED).toSorted());
    expect(actions).toEqual(expect.arrayContaining(Object.values(HANDLED).flat()));
  });

  test('gets each action by its name', () => {
    for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
  });

  test('reaches nothing but the stage, apart from what has no name that one could choose', () => {
    const others = statements.filter(({ Resource }) =>
      Resource.some((each) => !/(?::|\/)swr-sync-cleanup-STAGE(?:$|[-:/])/.test(each)),
    );
    expect(others.map(({ Sid }) => Sid)).toEqual([
      'CheckTemplate',
      'EventSources',
      'ReadEventSources',
      'HttpApi',
      'AccessLog',
    ]);
    const [, eventSources] = others;
    expect(eventSources?.Condition).toEqual({
      ArnLike: { 'lambda:FunctionArn': 'arn:aws:lambda:REGION:ACCOUNT_ID:function:swr-sync-cleanup-STAGE-*' },
    });
  });

  test('lends its roles to functions only', () => {
    const passing = statements.filter(({ Action }) => Action.includes('iam:PassRole'));
    expect(passing).toMatchObject([
      {
        Action: ['iam:PassRole'],
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
    ]);
  });

  test.each([
    { why: 'secrets', none: /^(?:secretsmanager|ssm|kms):/ },
    { why: 'messages', none: /^sqs:(?:Receive|Send|Delete|Purge)Message|^sqs:PurgeQueue/ },
    {
      why: 'the ledger',
      none: /^dynamodb:(?:GetItem|Put|Batch|Query|Scan|UpdateItem|DeleteItem|Export|Restore)/,
    },
    { why: 'logs', none: /^logs:(?:GetLogEvents|FilterLogEvents|StartQuery|StartLiveTail)/ },
    { why: 'what functions answer', none: /^lambda:Invoke/ },
    {
      why: 'users and policies of others',
      none: /^iam:.*(?:User|Group|AttachRolePolicy|AccessKey|LoginProfile|Provider)/,
    },
  ])('sees and changes nothing of $why', ({ none }) => {
    expect(actions.filter((action) => none.test(action))).toEqual([]);
  });

  test('has a policy that fits into a role, whatever the names', () => {
    const filled = text
      .replaceAll('ACCOUNT_ID', '1'.repeat(12))
      .replaceAll('REGION', 'ap-southeast-1')
      .replaceAll('STAGE', 'production');
    // IAM counts no white space. Source: IAM user guide, "IAM and AWS STS quotas".
    expect(filled.replaceAll(/\s/g, '').length).toBeLessThan(10_240);
  });

  test('can be taken by one environment of one repository', () => {
    const { Statement } = v.parse(documentSchema, JSON.parse(read('deploy-trust.json')));
    expect(Statement).toMatchObject([
      {
        Action: ['sts:AssumeRoleWithWebIdentity'],
        Condition: {
          // No StringLike: a pattern is what lets other repositories in.
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': 'repo:OWNER/REPOSITORY:environment:STAGE',
          },
        },
      },
    ]);
  });
});
