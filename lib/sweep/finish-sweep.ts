import type { SweepContext } from './context.ts';
import { REASONS, type Reason } from './judge-task.ts';
import type { SweepRecord } from './ledger.ts';
import { addCounts, type Counts, type Decision, NOTHING, type SweepReport } from './report.ts';
import { Sightings } from './sightings.ts';
import type { SweepStep } from './step.ts';

/** Decides what becomes of the findings, and tells it. */
export async function finishSweep(sweep: SweepRecord, context: SweepContext): Promise<readonly SweepStep[]> {
  const { ledger } = context;
  const report = sweep.report ?? (await ledger.finish(await sumUp(sweep, context)));
  if (!sweep.reported) {
    await tell(report, context);
    await ledger.mark(sweep, 'reported');
  }
  return report.state === 'applied' && !sweep.applied ? [{ step: 'apply', sweep: sweep.id }] : [];
}

async function sumUp(
  sweep: SweepRecord,
  { ledger, config, now = Date.now }: SweepContext,
): Promise<SweepReport> {
  let counts: Counts = NOTHING;
  const sightings = new Sightings();
  for await (const page of ledger.pages(sweep)) {
    counts = addCounts(counts, page.counts);
    sightings.addPage(page);
  }
  const reasons: Record<Reason, number> = { [REASONS[0]]: 0, [REASONS[1]]: 0, [REASONS[2]]: 0 };
  // What will be deleted is counted, and not what pages say of it.
  let found = 0;
  let heldBack = 0;
  for await (const finding of ledger.findings(sweep)) {
    const { standing, held } = sightings.split(finding);
    found += standing.tasks.length;
    heldBack += held.tasks.length;
    for (const task of standing.tasks) for (const reason of task.reasons) reasons[reason] += 1;
  }
  const { mode, maxPercent } = config.sweep;
  const percent = found === 0 ? 0 : (found / Math.max(counts.tasks, found)) * 100;
  return {
    id: sweep.id,
    startedAt: sweep.startedAt,
    finishedAt: new Date(now()).toISOString(),
    state: decide(percent, config.sweep),
    mode,
    maxPercent,
    percent,
    organizations: sweep.organizations ?? 0,
    counts: { ...counts, found, undecided: counts.undecided + heldBack },
    ...(heldBack > 0 && { heldBack }),
    reasons,
  };
}

function decide(percent: number, { mode, maxPercent }: SweepContext['config']['sweep']): Decision {
  if (percent > maxPercent) return 'refused';
  return mode === 'apply' ? 'applied' : 'dry run';
}

async function tell(report: SweepReport, { log, publish }: SweepContext): Promise<void> {
  const { state, counts, percent, maxPercent, id: _, ...rest } = report;
  if (state === 'refused') {
    const message = `${counts.found} of ${counts.tasks} tasks are to go, and sweep.maxPercent is ${maxPercent}: nothing was deleted`;
    log.error('sweep refused', { percent, maxPercent, message });
  }
  log.info('sweep finished', { state, ...counts, percent, maxPercent, ...rest });
  await publish(report);
}
