import type { Deadline } from '../deadline.ts';
import { applyFindings } from './apply-findings.ts';
import type { SweepContext } from './context.ts';
import { finishSweep } from './finish-sweep.ts';
import type { SweepRecord } from './ledger.ts';
import { scanPage } from './scan-page.ts';
import { startSweep } from './start-sweep.ts';
import type { ScanStep, SweepStep } from './step.ts';

/**
 * Takes one step of a sweep. It may be taken again, and by several at the same time: what is recorded first counts.
 *
 * @returns the steps that follow.
 * @throws {ServiceError} if it has to be taken again.
 */
export async function takeSweepStep(
  step: SweepStep,
  deadline: Deadline,
  context: SweepContext,
): Promise<readonly SweepStep[]> {
  if (step.step === 'start') return startSweep(step, deadline, context);
  const sweep = await context.ledger.find(step.sweep);
  if (sweep === undefined) {
    context.log.warn('sweep unknown', { ...step });
    return [];
  }
  if (step.step === 'scan') return scan(step, sweep, deadline, context);
  return step.step === 'finish' ? finishSweep(sweep, context) : applyFindings(step, sweep, context);
}

async function scan(
  step: ScanStep,
  sweep: SweepRecord,
  deadline: Deadline,
  context: SweepContext,
): Promise<readonly SweepStep[]> {
  // It came twice, and late.
  if (sweep.report !== undefined) return [];
  const { ledger, onPage } = context;
  const { account, namespace } = step;
  let page = await ledger.findPage(sweep, step);
  if (page === undefined) {
    const scanned = await scanPage(sweep, step, deadline, context);
    page = await ledger.addPage(sweep, scanned.page, scanned.findings);
  }
  onPage?.(page);
  const { next, after } = page;
  if (next !== undefined) return [{ ...step, offset: next, ...(after !== undefined && { after }) }];
  const isLast = await ledger.finishOrganization(sweep, { account, namespace });
  return isLast ? [{ step: 'finish', sweep: sweep.id }] : [];
}
