import * as v from 'valibot';
import type { CheckExistence } from '../cleanup/confirm-gone.ts';
import { type CleanupRequest, timestampSchema } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import { type Parsed, toIssues } from '../issues.ts';
import type { Log } from '../log.ts';
import type { SweepLedger, SweepReport, SweptPage } from './ledger.ts';

const textSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

const sweepStepSchema = v.variant('step', [
  v.strictObject({ step: v.literal('start'), sweep: textSchema, startedAt: timestampSchema }),
  v.strictObject({
    step: v.literal('scan'),
    sweep: textSchema,
    account: textSchema,
    namespace: textSchema,
    /** Number of the organization's repositories that are done. */
    offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
    /** The last of them, in the order of their names. */
    after: v.exactOptional(textSchema),
  }),
  v.strictObject({ step: v.literal('finish'), sweep: textSchema }),
  /** `after`: the last finding whose cleanup was requested, as the ledger names it. */
  v.strictObject({ step: v.literal('apply'), sweep: textSchema, after: v.exactOptional(v.string()) }),
]);

/** Part of a sweep that fits into one invocation. A repeated step counts once. */
export type SweepStep = v.InferOutput<typeof sweepStepSchema>;
export type StepNamed<Name extends SweepStep['step']> = Extract<SweepStep, { step: Name }>;

/** Parses a queue message; unknown keys are issues. */
export function parseStep(input: unknown): Parsed<SweepStep> {
  const result = v.safeParse(sweepStepSchema, input);
  return result.success ? { ok: true, value: result.output } : { ok: false, issues: toIssues(result.issues) };
}

export type SwrReader = Pick<SwrClient, 'listOrganizations' | 'listRepositories' | 'listSyncTasks'>;

/** Concurrent calls of one process to SWR and to sources. */
export const MAX_CONCURRENT_CALLS = 16;

/** Dependencies of the steps. */
export interface SweepContext {
  readonly config: Pick<Config, 'accounts' | 'routes' | 'safety' | 'sweep' | 'events'>;
  readonly accounts: {
    readonly names: readonly string[];
    /** @throws {ServiceError} if the account is not configured. */
    readonly clientOf: (account: string) => SwrReader;
  };
  readonly checkExistence: CheckExistence;
  readonly ledger: SweepLedger;
  /** Requests the cleanup of tasks. After a failure, all requests are sent again. */
  readonly request: (requests: readonly CleanupRequest[]) => Promise<void>;
  readonly publish: (report: SweepReport) => Promise<void>;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Replaces `MAX_CONCURRENT_CALLS`. */
  readonly concurrency?: number;
  /** Repositories that one step scans, 1,000 if missing; findings that one step applies, 200 if missing. */
  readonly pageSize?: number;
  /** Receives every finished page. */
  readonly onPage?: (page: SweptPage) => void;
}
