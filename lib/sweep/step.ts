import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { type Parsed, toIssues } from '../issues.ts';

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

const stepSchema = v.variant('step', [
  v.strictObject({ step: v.literal('start'), sweep: word, startedAt: timestampSchema }),
  v.strictObject({
    step: v.literal('scan'),
    sweep: word,
    account: word,
    namespace: word,
    /** How many of the organization's repositories are done. */
    offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
    /** The last one of them, in the order of their names. */
    after: v.exactOptional(word),
  }),
  v.strictObject({ step: v.literal('finish'), sweep: word }),
  /** `after`: the last finding whose cleanup was asked for, as the ledger names it. */
  v.strictObject({ step: v.literal('apply'), sweep: word, after: v.exactOptional(v.string()) }),
]);

/** A piece of a sweep that fits into one invocation. It may be taken twice: that counts once. */
export type SweepStep = v.InferOutput<typeof stepSchema>;

type StepNamed<Name extends SweepStep['step']> = Extract<SweepStep, { step: Name }>;
export type StartStep = StepNamed<'start'>;
export type ScanStep = StepNamed<'scan'>;
export type ApplyStep = StepNamed<'apply'>;

export function parseStep(input: unknown): Parsed<SweepStep> {
  const result = v.safeParse(stepSchema, input);
  return result.success ? { ok: true, value: result.output } : { ok: false, issues: toIssues(result.issues) };
}
