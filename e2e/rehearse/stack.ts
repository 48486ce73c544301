import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { type OslsOptions, PACKAGE_DIR, runOsls } from '../../scripts/osls.ts';
import { callQuery, readXml } from './aws.ts';

export const STAGE = 'rehearsal';
export const STACK = `swr-sync-cleanup-${STAGE}`;

/** The package's template among other things: what `osls deploy` deploys. */
const STATE_FILE = join(PACKAGE_DIR, 'serverless-state.json');

/** The outputs of a stack, by name. */
export type Outputs = Record<string, string>;

/** Deploys what was packaged, by `osls deploy`. */
export async function deployStack(options: OslsOptions): Promise<Outputs> {
  await writeFile(STATE_FILE, fitEmulator(await readFile(STATE_FILE, 'utf8')));
  await runOsls(['deploy', '--package', PACKAGE_DIR], options);
  const { body } = await callQuery('cloudformation', 'DescribeStacks', { StackName: STACK });
  const values = readXml(body, 'OutputValue');
  return Object.fromEntries(readXml(body, 'OutputKey').map((key, index) => [key, values[index] ?? '']));
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
 * used without TLS: they are left out. And it takes `SendMessageBatch` for a permission of its own; on AWS it is that
 * of `SendMessage`. Source: Amazon SQS API Reference, "AddPermission".
 */
function fitEmulator(packaged: string): string {
  return JSON.stringify(JSON.parse(packaged), (key, value: unknown) => {
    if (key === 'Statement' && Array.isArray(value)) return value.filter((each) => !isTlsOnly(each));
    if (key !== 'Action') return value;
    const actions: unknown[] = Array.isArray(value) ? value : [value];
    return actions.includes('sqs:SendMessage') ? [...actions, 'sqs:SendMessageBatch'] : value;
  });
}

function isTlsOnly(statement: unknown): boolean {
  return v.is(v.object({ Sid: v.literal('OnlyOverTls') }), statement);
}
