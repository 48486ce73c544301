import type { Deadline } from '../deadline.ts';
import { ServiceError } from '../failure.ts';
import { INVALID_NAME, showName, validateOrganization } from '../huaweicloud/names.ts';
import { retry } from '../retry.ts';
import type { SweepContext } from './context.ts';
import type { Organization } from './ledger.ts';
import type { StartStep, SweepStep } from './step.ts';

/** The account can't be used until a person fixes its secret or its endpoint: the others don't wait for that. */
const UNUSABLE = new Set(['SECRET_UNUSABLE', 'ENDPOINT_UNUSABLE']);

/**
 * Lists the organizations of every account, once. An account whose secret or endpoint is unusable is left out.
 *
 * @returns a step for each that is not finished.
 * @throws {ServiceError} if those of any other account can't be listed, or if no account is usable.
 */
export async function startSweep(
  { sweep: id, startedAt }: StartStep,
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
): Promise<Organization[]> {
  const organizations: Organization[] = [];
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
