import * as v from 'valibot';
import { messageOf } from '../command-line/options.ts';
import { AwsError, callAws } from '../lib/aws/call.ts';
import type { ExistingResource, Stack, Template } from './stack.ts';

const TIMEOUT_MS = 10_000;

const tableSchema = v.object({
  Table: v.object({ DeletionProtectionEnabled: v.optional(v.boolean(), false) }),
});
const logGroupsSchema = v.object({ logGroups: v.array(v.object({ logGroupName: v.string() })) });

/** Types of which a removed stage keeps resources. */
const TYPES = [
  {
    type: 'AWS::DynamoDB::Table',
    nameProperty: 'TableName',
    exists: async (name: string) => (await describeTable(name)) !== undefined,
  },
  {
    type: 'AWS::Logs::LogGroup',
    nameProperty: 'LogGroupName',
    exists: async (name: string) => {
      const call = { service: 'logs', action: 'DescribeLogGroups', timeoutMs: TIMEOUT_MS } as const;
      const answer = await callAws({ ...call, input: { logGroupNamePrefix: name } });
      return v.parse(logGroupsSchema, answer).logGroups.some(({ logGroupName }) => logGroupName === name);
    },
  },
];

/** Resources of a template that outlive their stack. */
export function keptResources(template: Template): (ExistingResource & (typeof TYPES)[number])[] {
  return Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
    const { Type, DeletionPolicy = 'Delete', Properties = {} } = resource;
    const type = TYPES.find((each) => each.type === Type);
    if (type === undefined || DeletionPolicy === 'Delete') return [];
    return { ...type, logicalId, name: String(Properties[type.nameProperty]) };
  });
}

/**
 * Imports what an earlier stage, or the failed creation of this one, has left: CloudFormation can't create a resource
 * whose name is taken.
 *
 * @param deployed template of the stack; undefined if there is no stack.
 * @returns the names of the adopted resources.
 */
export async function adoptResources(
  stack: Stack,
  packaged: Template,
  deployed: Template | undefined,
): Promise<string[]> {
  const missing = keptResources(packaged).filter(
    ({ logicalId }) => deployed?.Resources[logicalId] === undefined,
  );
  const exist = await Promise.all(missing.map(({ exists, name }) => exists(name)));
  const found = missing.filter((_, index) => exist[index]);
  if (found.length === 0) return [];

  const { AWSTemplateFormatVersion, Description } = packaged;
  const { Resources, ...rest } = deployed ?? { AWSTemplateFormatVersion, Description, Resources: {} };
  const added = found.map(({ logicalId }) => [logicalId, packaged.Resources[logicalId]]);
  const template: Template = { ...rest, Resources: { ...Resources, ...Object.fromEntries(added) } };
  const names = found.map(({ name }) => name);
  try {
    await stack.import(template, found);
  } catch (error) {
    // A stack without resources would only be in the way.
    if (deployed === undefined) await stack.delete();
    throw new Error(`${names.join(' and ')} can't be adopted: ${messageOf(error)}`, { cause: error });
  }
  return names;
}

/**
 * Switches on the deletion protection of every table that outlives its stack. The template doesn't: CloudFormation
 * deletes a new table when its creation is rolled back, and DynamoDB would reject that.
 */
export async function protectTables(template: Template): Promise<void> {
  for (const { type, name } of keptResources(template)) {
    if (type !== 'AWS::DynamoDB::Table' || (await describeTable(name))?.DeletionProtectionEnabled) continue;
    const input = { TableName: name, DeletionProtectionEnabled: true };
    await callAws({ service: 'dynamodb', action: 'UpdateTable', input, timeoutMs: TIMEOUT_MS });
  }
}

async function describeTable(TableName: string) {
  const call = { service: 'dynamodb', action: 'DescribeTable', timeoutMs: TIMEOUT_MS } as const;
  try {
    return v.parse(tableSchema, await callAws({ ...call, input: { TableName } })).Table;
  } catch (error) {
    if (error instanceof AwsError && error.failure.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
