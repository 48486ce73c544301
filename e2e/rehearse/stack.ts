import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { PACKAGE_DIR } from '../../scripts/osls.ts';
import { TEMPLATE_FILE } from '../../scripts/package.ts';
import { callQuery, putObject, readXml, waitFor } from './aws.ts';

/** The first step of a first deployment: a stack with only the bucket that the zips go into. */
const BUCKET_TEMPLATE_FILE = join(PACKAGE_DIR, 'cloudformation-template-create-stack.json');

const templateSchema = v.object({
  Resources: v.record(
    v.string(),
    v.object({
      Properties: v.optional(v.looseObject({ Code: v.optional(v.object({ S3Key: v.string() })) })),
    }),
  ),
});

/** The outputs of a stack, by name. */
export type Outputs = Record<string, string>;

/**
 * Deploys what was packaged in the steps of `osls deploy`: the bucket, the zips, then everything else. Not by `osls deploy`
 * itself, which would take credentials from this machine.
 */
export async function deployStack(stackName: string): Promise<Outputs> {
  await changeStack('CreateStack', stackName, await readFile(BUCKET_TEMPLATE_FILE, 'utf8'));
  const { ServerlessDeploymentBucketName: bucket = '' } = await waitForStack(stackName, 'CREATE_COMPLETE');

  const template = await readFile(TEMPLATE_FILE, 'utf8');
  for (const key of listZipKeys(template)) {
    await putObject(bucket, key, await readFile(join(PACKAGE_DIR, basename(key))));
  }
  await changeStack('UpdateStack', stackName, fitEmulator(template));
  return waitForStack(stackName, 'UPDATE_COMPLETE');
}

/** The name that a resource of the template was given. */
export async function findResource(StackName: string, LogicalResourceId: string): Promise<string> {
  const { body } = await callQuery('cloudformation', 'DescribeStackResource', {
    StackName,
    LogicalResourceId,
  });
  const [name] = readXml(body, 'PhysicalResourceId');
  if (name === undefined) throw new Error(`${StackName} has no resource ${LogicalResourceId}: ${body}`);
  return name;
}

export async function deleteStack(stackName: string): Promise<void> {
  await callQuery('cloudformation', 'DeleteStack', { StackName: stackName });
  await waitFor(
    'the stack to be gone',
    async () => {
      const { status, body } = await callQuery('cloudformation', 'DescribeStacks', {
        StackName: stackName,
      });
      return status === 400 || body.includes('DELETE_COMPLETE') ? true : undefined;
    },
    30_000,
  );
}

async function changeStack(action: string, StackName: string, TemplateBody: string): Promise<void> {
  const { status, body } = await callQuery('cloudformation', action, {
    StackName,
    TemplateBody,
    'Capabilities.member.1': 'CAPABILITY_IAM',
  });
  if (status !== 200) throw new Error(`${action} was answered ${status}: ${body}`);
}

async function waitForStack(StackName: string, wanted: string): Promise<Outputs> {
  return waitFor(
    `the stack to be ${wanted}`,
    async () => {
      const { body } = await callQuery('cloudformation', 'DescribeStacks', { StackName });
      const [status = ''] = readXml(body, 'StackStatus');
      if (status === wanted) return readOutputs(body);
      if (/FAILED|ROLLBACK/.test(status)) throw new Error(`${status}: ${await explain(StackName)}`);
      return undefined;
    },
    60_000,
  );
}

/** Why the resources that failed did. */
async function explain(StackName: string): Promise<string> {
  const { body } = await callQuery('cloudformation', 'DescribeStackEvents', { StackName });
  return readXml(body, 'ResourceStatusReason').join('; ');
}

function readOutputs(body: string): Outputs {
  const values = readXml(body, 'OutputValue');
  return Object.fromEntries(readXml(body, 'OutputKey').map((key, index) => [key, values[index] ?? '']));
}

/**
 * The only changes to the template. The emulator speaks plain HTTP, and enforces the statements that forbid the queues to be
 * used without TLS: they are left out. And it takes `SendMessageBatch` for a permission of its own; on AWS it is that
 * of `SendMessage`. Source: Amazon SQS API Reference, "AddPermission".
 */
function fitEmulator(template: string): string {
  return JSON.stringify(JSON.parse(template), (key, value: unknown) => {
    if (key === 'Statement' && Array.isArray(value)) return value.filter((each) => !isTlsOnly(each));
    if (key !== 'Action') return value;
    const actions: unknown[] = Array.isArray(value) ? value : [value];
    return actions.includes('sqs:SendMessage') ? [...actions, 'sqs:SendMessageBatch'] : value;
  });
}

function isTlsOnly(statement: unknown): boolean {
  return v.is(v.object({ Sid: v.literal('OnlyOverTls') }), statement);
}

function listZipKeys(template: string): string[] {
  const { Resources } = v.parse(templateSchema, JSON.parse(template));
  return Object.values(Resources).flatMap(({ Properties }) => Properties?.Code?.S3Key ?? []);
}
