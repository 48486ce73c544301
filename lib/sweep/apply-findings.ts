import type { SweepContext } from './context.ts';
import type { SweepRecord } from './ledger.ts';
import { requestsOf } from './requests-of-finding.ts';
import { Sightings } from './sightings.ts';
import type { ApplyStep, SweepStep } from './step.ts';

/** Findings whose cleanup is asked for in one step. */
const FINDINGS_A_STEP = 200;

/** Asks for the cleanup of some findings of a sweep that was decided to be applied. */
export async function applyFindings(
  step: ApplyStep,
  sweep: SweepRecord,
  { config, ledger, request, log, pageSize = FINDINGS_A_STEP }: SweepContext,
): Promise<readonly SweepStep[]> {
  if (sweep.report?.state !== 'applied' || sweep.applied) return [];
  if (config.sweep.mode !== 'apply') {
    log.warn('sweep not applied', { reason: `sweep.mode is ${config.sweep.mode} by now` });
    return [];
  }
  const { findings, after } = await ledger.findingsPage(sweep, pageSize, step.after);
  const sightings = await Sightings.of(ledger, sweep);
  await request(findings.flatMap((finding) => requestsOf(sightings.split(finding).standing, sweep)));
  if (after !== undefined) return [{ ...step, after }];
  await ledger.mark(sweep, 'applied');
  log.info('sweep applied');
  return [];
}
