import * as v from 'valibot';
import { callAws } from '../lib/aws/call.ts';
import { failureOf } from '../lib/failure.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

const TIMEOUT_MS = 3000;
/** Caller where STS gives no answer. */
const UNKNOWN = 'unknown';

const answerSchema = v.object({
  GetCallerIdentityResponse: v.object({ GetCallerIdentityResult: v.object({ Arn: v.string() }) }),
});

/** ARN of the caller, by STS. Manual work goes on without it, and is recorded as that of `unknown`. */
export async function findCaller(stage: Stage, run: Run): Promise<string> {
  await stage.aws();
  // Its credentials are nobody's.
  if (stage.name === 'local') return 'local';
  try {
    const path = '/?Action=GetCallerIdentity&Version=2011-06-15';
    const rest = { method: 'GET', path } as const;
    const call = { service: 'sts', action: 'GetCallerIdentity', rest, timeoutMs: TIMEOUT_MS } as const;
    return v.parse(answerSchema, await callAws(call)).GetCallerIdentityResponse.GetCallerIdentityResult.Arn;
  } catch (error) {
    run.say(`The ledger will name "${UNKNOWN}" as the caller: ${failureOf(error).message}`);
    return UNKNOWN;
  }
}

/** ARN without partition and account, such as `assumed-role/operator/alice`. */
export function formatCaller(arn: string): string {
  return arn.split(':').slice(5).join(':') || arn;
}
