import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';

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
      Condition: v.optional(v.record(v.string(), v.record(v.string(), v.unknown()))),
    }),
  ),
});

type Statement = v.InferOutput<typeof documentSchema>['Statement'][number];

/** Policy document for a role in AWS, as text and parsed. */
export function readPolicy(file: string): {
  readonly text: string;
  readonly statements: readonly Statement[];
} {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return { text, statements: v.parse(documentSchema, JSON.parse(text)).Statement };
}

/** Expands `sqs:Create|Delete s3:Get` to its actions. */
function actions(text: string): string[] {
  return text.split(' ').flatMap((each) => {
    const [service = '', names = ''] = each.split(':');
    return names.split('|').map((name) => `${service}:${name}`);
  });
}

/** Actions that create, read, change and delete each type. Source: the `handlers` in the schemas of CloudFormation. */
export const HANDLED: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': actions('apigateway:POST|GET|PATCH|DELETE'),
  'AWS::ApiGatewayV2::Integration': actions('apigateway:POST|GET|PATCH|DELETE'),
  'AWS::ApiGatewayV2::Route': actions('apigateway:POST|GET|PATCH|DELETE'),
  'AWS::ApiGatewayV2::Stage': actions('apigateway:TagResource logs:CreateLogDelivery|DeleteLogDelivery'),
  'AWS::CloudWatch::Alarm': actions('cloudwatch:PutMetricAlarm|DescribeAlarms|DeleteAlarms'),
  'AWS::CloudWatch::Dashboard': actions('cloudwatch:PutDashboard|GetDashboard|DeleteDashboards'),
  'AWS::DynamoDB::Table': actions(
    'dynamodb:CreateTable|DescribeTable|UpdateTable|UpdateTimeToLive|UpdateContinuousBackups|DeleteTable',
  ),
  'AWS::Events::EventBus': actions('events:CreateEventBus|DescribeEventBus|DeleteEventBus'),
  'AWS::Events::Rule': actions('events:PutRule|PutTargets|RemoveTargets|DeleteRule'),
  'AWS::IAM::Role': actions(
    'iam:CreateRole|GetRole|PutRolePolicy|UpdateAssumeRolePolicy|DeleteRolePolicy|DeleteRole',
  ),
  'AWS::Lambda::EventSourceMapping': actions(
    'lambda:CreateEventSourceMapping|GetEventSourceMapping|UpdateEventSourceMapping|DeleteEventSourceMapping',
  ),
  'AWS::Lambda::Function': actions(
    'lambda:CreateFunction|GetFunction|UpdateFunctionCode|UpdateFunctionConfiguration|PutFunctionRecursionConfig|DeleteFunction iam:PassRole s3:GetObject',
  ),
  'AWS::Lambda::Permission': actions('lambda:AddPermission|GetPolicy|RemovePermission'),
  'AWS::Logs::LogGroup': actions('logs:CreateLogGroup|DescribeLogGroups|PutRetentionPolicy|DeleteLogGroup'),
  'AWS::Logs::MetricFilter': actions('logs:PutMetricFilter|DescribeMetricFilters|DeleteMetricFilter'),
  'AWS::S3::Bucket': actions(
    's3:CreateBucket|PutEncryptionConfiguration|PutBucketPublicAccessBlock|DeleteBucket',
  ),
  'AWS::S3::BucketPolicy': actions('s3:PutBucketPolicy|GetBucketPolicy|DeleteBucketPolicy'),
  'AWS::SNS::Topic': actions('sns:CreateTopic|GetTopicAttributes|SetTopicAttributes|DeleteTopic'),
  'AWS::SNS::TopicPolicy': actions('sns:SetTopicAttributes'),
  'AWS::SQS::Queue': actions('sqs:CreateQueue|GetQueueAttributes|SetQueueAttributes|DeleteQueue'),
  'AWS::SQS::QueuePolicy': actions('sqs:SetQueueAttributes'),
};
