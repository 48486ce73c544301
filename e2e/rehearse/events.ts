import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';
import { callJson, EMULATOR_REGION } from './aws.ts';
import { sendMessage } from './queues.ts';
import { findResource } from './stack.ts';

const FIXTURES = join(ROOT, 'test/fixtures/eventbridge');
const ecrSchema = v.looseObject({ detail: v.looseObject({ requestParameters: v.looseObject({}) }) });

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

/** The recorded event of CloudTrail for a deletion in ECR, or for one that ECR has rejected, as of now. */
export function ecrDeleteRepository(repositoryName: string, { rejected = false } = {}) {
  const file = `ecr-delete-repository${rejected ? '-failed' : ''}.json`;
  const recorded = v.parse(ecrSchema, JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')));
  const time = new Date().toISOString();
  const { detail } = recorded;
  // The rule matches only those of its own account and region.
  const here = { account: '000000000000', region: EMULATOR_REGION };
  const requestParameters = { ...detail.requestParameters, repositoryName };
  return {
    ...recorded,
    ...here,
    id: randomUUID(),
    time,
    detail: { ...detail, eventTime: time, requestParameters },
  };
}

/**
 * Finds the deployed rule for ECR, in two halves: its pattern, and its target. Only AWS itself may put an event of `aws.ecr` on a
 * bus (`NotAuthorizedForSourceException`, of the emulator as well), and no emulator has a CloudTrail that would.
 */
export async function findEcrRule() {
  const Name = await findResource('EcrRepositoryDeletedRule');
  const patternSchema = v.object({ EventPattern: v.string() });
  const { EventPattern } = await callJson('events', 'DescribeRule', { Name }, patternSchema);
  const targetsSchema = v.object({ Targets: v.array(v.object({ Arn: v.string() })) });
  const { Targets } = await callJson('events', 'ListTargetsByRule', { Rule: Name }, targetsSchema);
  return {
    async matches(event: object): Promise<boolean> {
      const input = { EventPattern, Event: JSON.stringify(event) };
      return (await callJson('events', 'TestEventPattern', input, v.object({ Result: v.boolean() }))).Result;
    },
    /** Does what the rule does with an event that matches. */
    async deliver(event: object, queueUrl: string): Promise<void> {
      assert.ok(await this.matches(event), `the pattern of the rule does not match: ${EventPattern}`);
      const queues = Targets.map(({ Arn }) => Arn.split(':').at(-1));
      assert.deepEqual(queues, [queueUrl.split('/').at(-1)], 'the target of the rule is another queue');
      await sendMessage(queueUrl, JSON.stringify(event));
    },
  };
}
