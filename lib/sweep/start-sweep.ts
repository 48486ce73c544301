import type { Deadline } from '../deadline.ts';
import { faultOfOrganization, INVALID_NAME, showName } from '../huaweicloud/names.ts';
import { tryAgain } from '../try-again.ts';
import type { SweepContext } from './context.ts';
import type { Organization } from './ledger.ts';
import type { StartStep, SweepStep } from './step.ts';

/**
 * Lists the organizations of every account, once.
 *
 * @returns a step for each that is not finished.
 * @throws {ServiceError} if those of an account can't be listed: half of the accounts is no sweep.
 */
export async function startSweep(
  { sweep: id, startedAt }: StartStep,
  deadline: Deadline,
  context: SweepContext,
): Promise<readonly SweepStep[]> {
  const { ledger, accounts, log } = context;
  const sweep = await ledger.begin({ id, startedAt });
  if (sweep.organizations === undefined) {
    const organizations: Organization[] = [];
    for (const account of accounts.names) {
      const list = () => accounts.clientOf(account).listOrganizations(deadline);
      for (const namespace of await tryAgain(list, deadline)) {
        const message = faultOfOrganization(namespace);
        if (message === undefined) organizations.push({ account, namespace });
        else log.warn('unread', { account, namespace: showName(namespace), code: INVALID_NAME, message });
      }
    }
    await ledger.addOrganizations(sweep, organizations);
    log.info('sweep started', { organizations: organizations.length });
  }
  const steps: SweepStep[] = [];
  for await (const organization of ledger.organizationsLeft(sweep))
    steps.push({ step: 'scan', sweep: id, ...organization, offset: 0 });
  return steps.length > 0 ? steps : [{ step: 'finish', sweep: id }];
}
