import { isDeepStrictEqual } from 'node:util';
import type { Resource, Template } from './stack.ts';

/**
 * Types with content or an address that a deployment can't create again, and the properties whose change replaces the
 * resource. Source: "Update requires: Replacement" in the CloudFormation Template Reference.
 */
const STATEFUL: Readonly<Record<string, { readonly replacing: readonly string[]; readonly loses: string }>> =
  {
    'AWS::ApiGatewayV2::Api': { replacing: ['ProtocolType'], loses: 'the address that the senders know' },
    'AWS::DynamoDB::Table': {
      replacing: ['TableName', 'KeySchema', 'LocalSecondaryIndexes', 'ImportSourceSpecification'],
      loses: 'the records from which tasks are restored',
    },
    'AWS::Events::EventBus': { replacing: ['Name'], loses: 'the rules that others have added' },
    'AWS::Logs::LogGroup': { replacing: ['LogGroupName'], loses: 'the log' },
    'AWS::SNS::Topic': { replacing: ['TopicName', 'FifoTopic'], loses: 'the subscriptions' },
    'AWS::SQS::Queue': { replacing: ['QueueName', 'FifoQueue'], loses: 'the messages that wait' },
  };

/** Describes each resource with content that a deployment deletes, replaces or leaves behind, one line each. */
export function describeStatefulChanges(deployed: Template, packaged: Template): string[] {
  return Object.entries(deployed.Resources).flatMap(([logicalId, before]) => {
    const stateful = STATEFUL[before.Type];
    const after = packaged.Resources[logicalId];
    if (stateful === undefined || (after !== undefined && !isReplaced(before, after, stateful.replacing)))
      return [];
    // A retained resource stays in the account, but the stage no longer uses it.
    const [verb, policy] =
      after === undefined ? ['removes', before.DeletionPolicy] : ['replaces', after.UpdateReplacePolicy];
    const effect =
      (policy ?? 'Delete') === 'Delete'
        ? `this deletes ${stateful.loses}`
        : 'the old one stays in the account';
    return `${verb} ${logicalId} (${before.Type}): ${effect}`;
  });
}

function isReplaced(before: Resource, after: Resource, replacing: readonly string[]): boolean {
  return (
    before.Type !== after.Type ||
    replacing.some((name) => !isDeepStrictEqual(before.Properties?.[name], after.Properties?.[name]))
  );
}
