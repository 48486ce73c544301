import { createHash } from 'node:crypto';
import type { CleanupRequest } from '../cleanup/request.ts';
import { REASONS, type Reason } from './judge-task.ts';
import {
  addCounts,
  NO_COUNTS,
  type Sweep,
  type SweepCounts,
  type SweepFinding,
  type SweepRecord,
  type SweepReport,
} from './ledger.ts';
import { Sightings } from './source-repositories.ts';
import type { StepNamed, SweepContext, SweepStep } from './step.ts';

/** Findings whose cleanup is requested in one step. */
const FINDINGS_PER_STEP = 200;
/** `source` of a request that needs no existence check. */
const NO_SOURCE = 'sweep';
const ID_LENGTH = 16;

/**
 * Decides about the findings of a sweep, and publishes its report.
 *
 * @throws {ServiceError} `LEDGER_UNAVAILABLE`
 */
export async function finishSweep(sweep: SweepRecord, context: SweepContext): Promise<readonly SweepStep[]> {
  const { ledger } = context;
  const report = sweep.report ?? (await ledger.finish(await sumUp(sweep, context)));
  if (!sweep.reported) {
    await publishReport(report, context);
    await ledger.mark(sweep, 'reported');
  }
  return report.state === 'applied' && !sweep.applied ? [{ step: 'apply', sweep: sweep.id }] : [];
}

async function sumUp(
  sweep: SweepRecord,
  { ledger, config, now = Date.now }: SweepContext,
): Promise<SweepReport> {
  let counts: SweepCounts = NO_COUNTS;
  const sightings = new Sightings();
  for await (const page of ledger.pages(sweep)) {
    counts = addCounts(counts, page.counts);
    sightings.addPage(page);
  }
  const reasons: Record<Reason, number> = { [REASONS[0]]: 0, [REASONS[1]]: 0, [REASONS[2]]: 0 };
  // The findings determine the deletions, so they are counted, not the pages.
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
  const state = mode === 'apply' ? 'applied' : 'dry run';
  return {
    id: sweep.id,
    startedAt: sweep.startedAt,
    finishedAt: new Date(now()).toISOString(),
    state: percent > maxPercent ? 'rejected' : state,
    mode,
    maxPercent,
    percent,
    organizations: sweep.organizations ?? 0,
    counts: { ...counts, found, undecided: counts.undecided + heldBack },
    ...(heldBack > 0 && { heldBack }),
    reasons,
  };
}

async function publishReport(report: SweepReport, { log, publish }: SweepContext): Promise<void> {
  const { state, counts, percent, maxPercent, id: _, ...rest } = report;
  if (state === 'rejected') {
    const message = `Found ${counts.found} of ${counts.tasks} tasks to delete, more than sweep.maxPercent (${maxPercent}): nothing was deleted`;
    log.error('sweep rejected', { percent, maxPercent, message });
  }
  log.info('sweep finished', { state, ...counts, percent, maxPercent, ...rest });
  await publish(report);
}

/**
 * Requests the cleanup of some findings of an applied sweep.
 *
 * @throws {ServiceError} `LEDGER_UNAVAILABLE`, or as `context.request` does.
 */
export async function applyFindings(
  step: StepNamed<'apply'>,
  sweep: SweepRecord,
  { config, ledger, request, log, pageSize = FINDINGS_PER_STEP }: SweepContext,
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

/**
 * Cleanup requests for a finding: one for the tasks whose target is the reason, and one for each source repository. `clean`
 * checks again that all source repositories of the image are gone. Repeated calls return the same requests.
 */
export function requestsOf(
  { account, namespace, repository, tasks }: SweepFinding,
  sweep: Sweep,
): CleanupRequest[] {
  const groups = Map.groupBy(tasks, ({ source }) =>
    source === undefined ? NO_SOURCE : `${source.name}:${source.repository}`,
  );
  return [...groups].map(([name, group]) => {
    const source = group[0]?.source;
    const subject = `${account}/${namespace}/${repository} ${name}`;
    const digest = createHash('sha256').update(subject).digest('hex').slice(0, ID_LENGTH);
    return {
      version: 1,
      id: `sweep-${sweep.id}-${digest}`,
      source: source?.name ?? NO_SOURCE,
      occurredAt: sweep.startedAt,
      account,
      namespace,
      repository,
      ...(source !== undefined && { sourceRepository: source.repository, checkAllSources: true as const }),
      targets: group.map(({ target }) => target),
    };
  });
}
