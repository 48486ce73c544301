import type { Deadline } from '../deadline.ts';
import { ServiceError } from '../failure.ts';
import { INVALID_NAME, showName, validateOrganization } from '../huaweicloud/names.ts';
import { retry } from '../retry.ts';
import { applyFindings, finishSweep } from './finish-sweep.ts';
import type { SweepRecord, SweptOrganization } from './ledger.ts';
import { scanPage } from './scan-page.ts';
import type { StepNamed, SweepContext, SweepStep } from './step.ts';

/** Codes of an account whose secret or endpoint must be fixed first: the other accounts don't wait for it. */
const UNUSABLE = new Set(['SECRET_UNUSABLE', 'ENDPOINT_UNUSABLE']);

/**
 * Takes one step of a sweep. Repeated and concurrent calls with the same step are safe: the first record counts.
 *
 * @returns the steps that follow.
 * @throws {ServiceError} if the step must be repeated.
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

/**
 * Lists the organizations of every account, once. An account with an unusable secret or endpoint is omitted.
 *
 * @returns a step for each unfinished organization.
 * @throws {ServiceError} if the list of another account fails, or if no account is usable.
 */
async function startSweep(
  { sweep: id, startedAt }: StepNamed<'start'>,
  deadline: Deadline,
  context: SweepContext,
): Promise<readonly SweepStep[]> {
  const { ledger, log } = context;
  const sweep = await ledger.begin({ id, startedAt });
  if (sweep.organizations === undefined) {
    const organizations = await listOrganizations(deadline, context);
    await ledger.addOrganizations(sweep, organizations);
    log.info('sweep started', { organizations: organizations.length });
  }
  const steps: SweepStep[] = [];
  for await (const organization of ledger.organizationsLeft(sweep))
    steps.push({ step: 'scan', sweep: id, ...organization, offset: 0 });
  return steps.length > 0 ? steps : [{ step: 'finish', sweep: id }];
}

async function listOrganizations(
  deadline: Deadline,
  { accounts, log }: Pick<SweepContext, 'accounts' | 'log'>,
): Promise<SweptOrganization[]> {
  const organizations: SweptOrganization[] = [];
  const unusable: ServiceError[] = [];
  for (const account of accounts.names) {
    try {
      const list = () => accounts.clientOf(account).listOrganizations(deadline);
      for (const namespace of await retry(list, deadline)) {
        const message = validateOrganization(namespace);
        if (message === undefined) organizations.push({ account, namespace });
        else log.warn('unread', { account, namespace: showName(namespace), code: INVALID_NAME, message });
      }
    } catch (error) {
      if (!(error instanceof ServiceError && UNUSABLE.has(error.failure.code))) throw error;
      log.error('account not swept', { account, ...error.failure });
      unusable.push(error);
    }
  }
  if (unusable.length === accounts.names.length && unusable[0] !== undefined) throw unusable[0];
  return organizations;
}

async function scan(
  step: StepNamed<'scan'>,
  sweep: SweepRecord,
  deadline: Deadline,
  context: SweepContext,
): Promise<readonly SweepStep[]> {
  // A late copy of a step.
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
