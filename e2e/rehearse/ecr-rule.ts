import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { AwsClient } from './aws-client.ts';
import { findResource } from './stack.ts';

const RULE_SHAPE = v.object({ EventPattern: v.string() });
const TEST_SHAPE = v.object({ Result: v.boolean() });
const TARGETS_SHAPE = v.object({ Targets: v.array(v.object({ Arn: v.string() })) });

type EcrRule = {
  matches(event: object): Promise<boolean>;
  /** Does what the rule does with an event that matches. */
  deliver(event: object, cleanupQueueUrl: string): Promise<void>;
};

/**
 * The deployed rule for ECR, taken in two halves: its pattern, and its way to its target. Nobody but AWS itself may put an
 * event of `aws.ecr` on a bus (`NotAuthorizedForSourceException`, of the emulator as well), and no emulator has a
 * CloudTrail that would.
 */
export async function findEcrRule(aws: AwsClient, stackName: string): Promise<EcrRule> {
  const Name = await findResource(aws, stackName, 'EcrRepositoryDeletedRule');
  const { EventPattern } = v.parse(RULE_SHAPE, await aws.callJson('events', 'DescribeRule', { Name }));
  const matches = async (event: object) => {
    const answer = await aws.callJson('events', 'TestEventPattern', {
      EventPattern,
      Event: JSON.stringify(event),
    });
    return v.parse(TEST_SHAPE, answer).Result;
  };

  return {
    matches,
    async deliver(event, QueueUrl) {
      assert.ok(await matches(event), `the pattern of the rule does not match: ${EventPattern}`);
      const answer = await aws.callJson('events', 'ListTargetsByRule', { Rule: Name });
      const queues = v.parse(TARGETS_SHAPE, answer).Targets.map(({ Arn }) => Arn.split(':').at(-1));
      assert.deepEqual(queues, [QueueUrl.split('/').at(-1)], 'the target of the rule is another queue');
      await aws.callJson('sqs', 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(event) });
    },
  };
}
