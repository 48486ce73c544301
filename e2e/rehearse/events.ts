import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { callJson, REGION } from './aws.ts';
import { sendMessage } from './queues.ts';
import { findResource } from './stack.ts';

/** Puts an event about a repository on the bus of the stage. */
export async function putEvent(
  EventBusName: string,
  DetailType: string,
  namespace: string,
  repository: string,
): Promise<void> {
  const Detail = JSON.stringify({ version: 1, id: randomUUID(), namespace, repository });
  const Entries = [{ EventBusName, Source: 'rehearsal', DetailType, Detail }];
  await callJson('events', 'PutEvents', { Entries }, v.object({ FailedEntryCount: v.literal(0) }));
}

/** The event of CloudTrail for a deletion in ECR; `errorCode` only where ECR has rejected the call. */
export function ecrDeleteRepository(repositoryName: string, errorCode?: string) {
  const time = new Date().toISOString();
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ecr',
    account: '000000000000',
    time,
    region: REGION,
    resources: [],
    detail: {
      eventSource: 'ecr.amazonaws.com',
      eventName: 'DeleteRepository',
      eventTime: time,
      requestParameters: { repositoryName, force: true },
      ...(errorCode === undefined
        ? { responseElements: { repository: { repositoryName, registryId: '000000000000' } } }
        : { errorCode }),
    },
  };
}

interface EcrRule {
  matches(event: object): Promise<boolean>;
  /** Does what the rule does with an event that matches. */
  deliver(event: object, cleanupQueueUrl: string): Promise<void>;
}

/**
 * The deployed rule for ECR, in two halves: its pattern, and its target. Only AWS itself may put an event of `aws.ecr` on a
 * bus (`NotAuthorizedForSourceException`, of the emulator as well), and no emulator has a CloudTrail that would.
 */
export async function findEcrRule(stackName: string): Promise<EcrRule> {
  const Name = await findResource(stackName, 'EcrRepositoryDeletedRule');
  const { EventPattern } = await callJson(
    'events',
    'DescribeRule',
    { Name },
    v.object({ EventPattern: v.string() }),
  );
  const matches = async (event: object) => {
    const input = { EventPattern, Event: JSON.stringify(event) };
    return (await callJson('events', 'TestEventPattern', input, v.object({ Result: v.boolean() }))).Result;
  };
  return {
    matches,
    async deliver(event, queueUrl) {
      assert.ok(await matches(event), `the pattern of the rule does not match: ${EventPattern}`);
      const { Targets } = await callJson(
        'events',
        'ListTargetsByRule',
        { Rule: Name },
        v.object({ Targets: v.array(v.object({ Arn: v.string() })) }),
      );
      const queues = Targets.map(({ Arn }) => Arn.split(':').at(-1));
      assert.deepEqual(queues, [queueUrl.split('/').at(-1)], 'the target of the rule is another queue');
      await sendMessage(queueUrl, JSON.stringify(event));
    },
  };
}
