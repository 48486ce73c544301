import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { deployPackage, removeStage } from '../../scripts/deploy.ts';
import { type OslsOptions, PACKAGE_DIR } from '../../scripts/osls.ts';
import { callJson, callQuery, EMULATOR_REGION, readXml } from './aws.ts';

export const STAGE = 'rehearsal';
export const STACK = `swr-sync-cleanup-${STAGE}`;

/** The package's template among other things: what `osls deploy` deploys. */
const STATE_NAME = 'serverless-state.json';
const STATE_FILE = join(PACKAGE_DIR, STATE_NAME);
/** What a removed stage keeps. */
const LEDGER = `${STACK}-ledger`;
const LOG_GROUP = `/aws/lambda/${STACK}-clean`;

const metricMathAlarmSchema = v.object({
  Type: v.literal('AWS::CloudWatch::Alarm'),
  Properties: v.object({ Metrics: v.array(v.unknown()) }),
});
const tableSchema = v.object({ Table: v.object({ DeletionProtectionEnabled: v.boolean() }) });

/** The outputs of a stack, by name. */
export type Outputs = Record<string, string>;

/** The packaged stage, of which each deployment uses up a copy: osls deletes what it has deployed. */
export type PackagedStage = OslsOptions & { readonly copy: string };

/** Changes the package so that the emulator can run it, and copies it. */
export async function savePackage({ copy }: PackagedStage): Promise<void> {
  await writeFile(STATE_FILE, fitEmulator(await readFile(STATE_FILE, 'utf8')));
  await cp(PACKAGE_DIR, copy, { recursive: true });
}

/** Deploys what was packaged, as `npm run deploy` does. */
export async function deployStack({ copy, ...options }: PackagedStage): Promise<Outputs> {
  await cp(copy, PACKAGE_DIR, { recursive: true });
  const stack = await deployPackage({ ...options, region: EMULATOR_REGION, yes: true });
  return stack.outputs();
}

/** Removes the stack, as `npm run remove` does. */
export async function removeStack(options: OslsOptions): Promise<void> {
  await removeStage({ ...options, region: EMULATOR_REGION, yes: true });
}

/** Deletes what a removed stack has kept. */
export async function deleteKept(): Promise<void> {
  const table = { TableName: LEDGER };
  await callJson('dynamodb', 'UpdateTable', { ...table, DeletionProtectionEnabled: false }, v.unknown());
  await callJson('dynamodb', 'DeleteTable', table, v.unknown());
  await callJson('logs', 'DeleteLogGroup', { logGroupName: LOG_GROUP }, v.unknown());
}

/**
 * Deploys for the first time with the name of the bus taken, so that the creation is rolled back.
 *
 * @returns the reported cause.
 */
export async function failFirstDeployment(options: PackagedStage): Promise<string> {
  const copy = `${options.copy}-failing`;
  await cp(options.copy, copy, { recursive: true });
  const file = join(copy, STATE_NAME);
  // The ledger is there when the bus fails.
  const packaged = await readFile(file, 'utf8');
  await writeFile(file, packaged.replaceAll('"EventBus":{', '"EventBus":{"DependsOn":"LedgerTable",'));
  await callJson('events', 'CreateEventBus', { Name: STACK }, v.unknown());
  let message = '';
  await assert.rejects(deployStack({ ...options, copy }), (error: Error) => {
    ({ message } = error);
    return /EventBus.+already exists/.test(message);
  });
  await callJson('events', 'DeleteEventBus', { Name: STACK }, v.unknown());
  await rm(copy, { recursive: true });
  await assert.rejects(isLedgerProtected(), /ResourceNotFound/, 'the rollback left a ledger behind');
  return message.replaceAll(/\s+/g, ' ');
}

export async function isLedgerProtected(): Promise<boolean> {
  const { Table } = await callJson('dynamodb', 'DescribeTable', { TableName: LEDGER }, tableSchema);
  return Table.DeletionProtectionEnabled;
}

/** The name that a resource of the template was given. */
export async function findResource(LogicalResourceId: string): Promise<string> {
  const named = { StackName: STACK, LogicalResourceId };
  const { body } = await callQuery('cloudformation', 'DescribeStackResource', named);
  const [name] = readXml(body, 'PhysicalResourceId');
  if (name === undefined) throw new Error(`${STACK} has no resource ${LogicalResourceId}: ${body}`);
  return name;
}

/**
 * The only changes to the template. The emulator speaks plain HTTP, and enforces the statements that forbid the queues to be
 * used without TLS: they are left out. It also knows no alarms on metric math. And it takes `SendMessageBatch` for a permission
 * of its own; on AWS it is that of `SendMessage`. Source: Amazon SQS API Reference, "AddPermission".
 */
function fitEmulator(packaged: string): string {
  return JSON.stringify(JSON.parse(packaged), (key, value: unknown) => {
    if (v.is(metricMathAlarmSchema, value)) return undefined;
    if (key === 'Statement' && Array.isArray(value)) return value.filter((each) => !isTlsOnly(each));
    if (key !== 'Action') return value;
    const actions: unknown[] = Array.isArray(value) ? value : [value];
    return actions.includes('sqs:SendMessage') ? [...actions, 'sqs:SendMessageBatch'] : value;
  });
}

function isTlsOnly(statement: unknown): boolean {
  return v.is(v.object({ Sid: v.literal('OnlyOverTls') }), statement);
}
