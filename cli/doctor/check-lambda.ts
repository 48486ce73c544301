import * as v from 'valibot';
import { UsageError } from '../../command-line/options.ts';
import { readMappings, switchesOf } from '../../command-line/switches.ts';
import { type AwsCall, callAws } from '../../lib/aws/call.ts';
import { failureOf } from '../../lib/failure.ts';
import { resourceNamesOf } from '../../lib/resource-names.ts';
import type { Stage } from '../stage.ts';
import { type Check, type CheckResult, check } from './check.ts';
import { explainAws } from './check-aws.ts';

const TIMEOUT_MS = 10_000;
/** Quota of an account that AWS has not limited. */
const DEFAULT_QUOTA = 1000;

const settingsSchema = v.object({
  AccountLimit: v.object({ ConcurrentExecutions: v.number(), UnreservedConcurrentExecutions: v.number() }),
});
const apisSchema = v.object({ items: v.array(v.object({ name: v.string(), apiId: v.string() })) });
const apiStagesSchema = v.object({
  items: v.tuple([v.object({ defaultRouteSettings: v.object({ throttlingBurstLimit: v.number() }) })]),
});

/** Checks that the stage is not paused, and that the account's quota of Lambda fits it. */
export function checkLambda(stage: Stage): Promise<Check>[] {
  // The local stack has neither.
  if (stage.name === 'local') return [];
  const explain = (permissions: string) => (error: unknown) => {
    const { message } = failureOf(error);
    if (/AccessDenied|not authorized/i.test(message))
      return { state: 'not checked' as const, hint: `Allow your AWS identity ${permissions}.` };
    return { state: 'warning' as const, ...explainAws(error, stage.name, permissions) };
  };
  return [
    check(
      'pause',
      () => readPause(stage.name),
      explain('lambda:ListEventSourceMappings and events:DescribeRule'),
    ),
    check(
      'Lambda concurrency',
      () => compareConcurrency(stage.name),
      explain('lambda:GetAccountSettings, lambda:ListEventSourceMappings and apigateway:GET'),
    ),
  ];
}

async function readPause(stage: string): Promise<CheckResult> {
  const read = switchesOf(stage).map(async (each) => ({ name: each.name, state: await each.read() }));
  const [clean, ...others] = await Promise.all(read);
  const off = [clean, ...others].flatMap((each) =>
    each === undefined || each.state === 'enabled' ? [] : `${each.name} is ${each.state}`,
  );
  if (off.length === 0) return { message: 'not paused' };
  const isPaused = clean?.state === 'disabled';
  return {
    state: 'warning',
    message: `${isPaused ? 'paused' : 'partly paused'}: ${off.join(', ')}`,
    hint: `Resume it when the cause is fixed: swr-sync resume --stage ${stage}`,
  };
}

/** Compares the account's quota with what the stage uses at once: a burst of webhooks, `clean` and `sweep`. */
async function compareConcurrency(stage: string): Promise<CheckResult> {
  const names = resourceNamesOf(stage);
  const settings = await get('lambda', 'GetAccountSettings', '/2016-08-19/account-settings');
  const limit = v.parse(settingsSchema, settings).AccountLimit;
  const burst = await readBurst(names.httpApi);
  const [clean, sweep] = await Promise.all([names.cleanFunction, names.sweepFunction].map(readConcurrency));
  const needed = burst + (clean ?? 0) + (sweep ?? 0);
  const free = limit.UnreservedConcurrentExecutions;
  const message =
    `${free} of ${limit.ConcurrentExecutions} free for all functions without a reservation; this stage uses up to ` +
    `${needed}: ${burst} for a burst of webhooks, ${clean} for clean, ${sweep} for sweep`;
  if (free >= needed) return { message };
  return {
    state: 'warning',
    message,
    hint:
      `Request ${Math.max(DEFAULT_QUOTA, needed)} in Service Quotas (AWS Lambda, Concurrent executions): a webhook ` +
      'above the quota gets an error, and GitHub does not resend it. If the burst can not occur, lower webhookBurst ' +
      'in serverless.yml. See docs/limits.md.',
  };
}

/** Largest number of webhooks that the gateway passes on at once. */
async function readBurst(apiName: string): Promise<number> {
  const { items } = v.parse(apisSchema, await get('apigateway', 'GetApis', '/v2/apis?maxResults=500'));
  const api = items.find(({ name }) => name === apiName);
  if (api === undefined) throw new UsageError(`There is no HTTP API ${apiName}.`);
  const stages = await get('apigateway', 'GetStages', `/v2/apis/${api.apiId}/stages`);
  const [stage] = v.parse(apiStagesSchema, stages).items;
  return stage.defaultRouteSettings.throttlingBurstLimit;
}

async function readConcurrency(functionName: string): Promise<number> {
  const mappings = await readMappings(functionName);
  return mappings.reduce((sum, { ScalingConfig }) => sum + (ScalingConfig?.MaximumConcurrency ?? 0), 0);
}

function get(service: AwsCall['service'], action: string, path: string): Promise<unknown> {
  return callAws({ service, action, rest: { method: 'GET', path }, timeoutMs: TIMEOUT_MS });
}
