import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { AwsError, callAws } from '../lib/aws/call.ts';
import { monotonicMs } from '../lib/clock.ts';
import { resourceNamesOf } from '../lib/resource-names.ts';
import { UsageError } from './options.ts';

const TIMEOUT_MS = 10_000;
/** Lambda takes up to a minute to stop or start polling a queue. */
const MAX_WAIT_MS = 180_000;
const POLL_MS = 1000;
const MAPPINGS = '/2015-03-31/event-source-mappings';

const mappingsSchema = v.object({
  EventSourceMappings: v.array(
    v.object({
      UUID: v.string(),
      State: v.string(),
      ScalingConfig: v.optional(v.object({ MaximumConcurrency: v.optional(v.number()) })),
    }),
  ),
});
const ruleSchema = v.object({ State: v.string() });

type Mapping = v.InferOutput<typeof mappingsSchema>['EventSourceMappings'][number];

/** `changing` while Lambda still starts or stops polling. */
type SwitchState = 'enabled' | 'disabled' | 'changing';

/** Part of a stage that starts its work, and can be disabled. */
export interface Switch {
  readonly name: string;
  readonly read: () => Promise<SwitchState>;
  /** May be called only in another state than `changing`. */
  readonly set: (enabled: boolean) => Promise<unknown>;
}

interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Pause between two reads. A second if missing. */
  readonly pollMs?: number | undefined;
}

/** Switches of a stage: what feeds `clean` and `sweep`. As long as the first one is disabled, the stage is paused. */
export function switchesOf(stage: string): [Switch, Switch, Switch] {
  const { cleanFunction, sweepFunction, sweepSchedule } = resourceNamesOf(stage);
  return [
    mappingSwitch('event source of clean', cleanFunction),
    mappingSwitch('event source of sweep', sweepFunction),
    {
      name: 'schedule of sweep',
      async read() {
        const { State } = v.parse(ruleSchema, await callRule('DescribeRule', sweepSchedule));
        return State === 'DISABLED' ? 'disabled' : 'enabled';
      },
      set: (enabled) => callRule(enabled ? 'EnableRule' : 'DisableRule', sweepSchedule),
    },
  ];
}

/**
 * Sets a switch, and waits until it has the state. A switch that has it is left alone.
 *
 * @returns whether it was changed.
 * @throws {Error} if it can't be set, or doesn't get there in time.
 */
export async function setSwitch(
  { name, read, set }: Switch,
  enabled: boolean,
  { signal, pollMs = POLL_MS }: WaitOptions = {},
): Promise<boolean> {
  const wanted = enabled ? 'enabled' : 'disabled';
  let isChanged = false;
  const trySet = async () => {
    const state = await read();
    if (state === wanted) return true;
    if (state !== 'changing') {
      await set(enabled);
      isChanged = true;
    }
    return undefined;
  };
  await poll(`the ${name} to be ${wanted}`, trySet, { signal, pollMs });
  return isChanged;
}

/** Reads whether a stage is paused. A stage that isn't deployed is not. */
export async function isPaused(stage: string, options: WaitOptions = {}): Promise<boolean> {
  const [{ name, read }] = switchesOf(stage);
  const readSettled = async () => {
    const state = await read().catch((error: unknown) => {
      if (error instanceof UsageError) return 'enabled';
      throw error;
    });
    return state === 'changing' ? undefined : state === 'disabled';
  };
  return poll(`the ${name} to be enabled or disabled`, readSettled, options);
}

/** Polls until there is an answer. */
async function poll<T>(
  what: string,
  read: () => Promise<T | undefined>,
  { signal, pollMs = POLL_MS }: WaitOptions,
): Promise<T> {
  const giveUpAt = monotonicMs() + MAX_WAIT_MS;
  for (;;) {
    const answer = await read();
    if (answer !== undefined) return answer;
    if (monotonicMs() > giveUpAt)
      throw new Error(`Waited ${MAX_WAIT_MS / 60_000} minutes for ${what}: try again.`);
    await pause(pollMs, undefined, signal && { signal });
  }
}

/**
 * Event source mappings of a function; a stage has one for each.
 *
 * @throws {UsageError} if there is none.
 */
export async function readMappings(functionName: string): Promise<Mapping[]> {
  const answer = await callLambda('ListEventSourceMappings', 'GET', `?FunctionName=${functionName}`).catch(
    (error: unknown) => {
      if (isAwsError(error, 'ResourceNotFoundException')) return { EventSourceMappings: [] };
      throw error;
    },
  );
  const { EventSourceMappings } = v.parse(mappingsSchema, answer);
  if (EventSourceMappings.length > 0) return EventSourceMappings;
  const region = process.env['AWS_REGION'];
  throw new UsageError(
    `${functionName} has no event source in ${region}: is the stage deployed there? Choose another region with --region.`,
  );
}

function mappingSwitch(name: string, functionName: string): Switch {
  return {
    name,
    async read() {
      const states = (await readMappings(functionName)).map(({ State }) => State);
      if (states.some((state) => state !== 'Enabled' && state !== 'Disabled')) return 'changing';
      return states.includes('Enabled') ? 'enabled' : 'disabled';
    },
    async set(enabled) {
      for (const { UUID } of await readMappings(functionName)) {
        await callLambda('UpdateEventSourceMapping', 'PUT', `/${UUID}`, { Enabled: enabled }).catch(
          (error: unknown) => {
            // Another change is under way: it is tried again after that.
            if (!isAwsError(error, 'ResourceInUseException')) throw error;
          },
        );
      }
    },
  };
}

function isAwsError(error: unknown, code: string): boolean {
  return error instanceof AwsError && error.failure.code === code;
}

function callLambda(action: string, method: 'GET' | 'PUT', rest: string, input?: unknown): Promise<unknown> {
  const path = `${MAPPINGS}${rest}`;
  return callAws({ service: 'lambda', action, rest: { method, path }, input, timeoutMs: TIMEOUT_MS });
}

function callRule(action: string, Name: string): Promise<unknown> {
  return callAws({ service: 'events', action, input: { Name }, timeoutMs: TIMEOUT_MS });
}
