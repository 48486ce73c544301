import type { Deadline } from '../../lib/deadline.ts';
import { resolveEndpoint } from '../../lib/endpoint.ts';
import { failureOf } from '../../lib/failure.ts';
import type { Account } from '../../lib/huaweicloud/accounts.ts';
import { type Credentials, parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { validateOrganization, validateRepository } from '../../lib/huaweicloud/names.ts';
import type { Rejections } from '../../lib/huaweicloud/rejections.ts';
import { StoredAuthorizer } from '../../lib/huaweicloud/stored-authorizer.ts';
import { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Log } from '../../lib/log.ts';
import { StoredSecret } from '../../lib/stored-secret.ts';
import type { Stage } from '../stage.ts';
import { count } from '../table.ts';
import { type Check, check, type Finding, skip } from './check.ts';
import { checkClock, checkEndpoint } from './check-endpoint.ts';

export interface AccountContext {
  /** Shared, so that two accounts with one user do not log in with a refused password twice. */
  readonly rejections: Rejections;
  readonly deadline: Deadline;
  readonly log: Log;
}

/** An account from the outside to the inside: its endpoints, our clock, one login, and what its user may see. */
export async function checkAccount(
  name: string,
  account: Account,
  { readSecret }: Stage,
  { rejections, deadline, log }: AccountContext,
): Promise<Check[]> {
  const iam = await checkEndpoint(`IAM of ${name}`, account.iamEndpoint);
  const swr = await checkEndpoint(`SWR of ${name}`, account.swrEndpoint);
  const clock = checkClock(name, iam.skewSeconds ?? swr.skewSeconds);
  const checks = [iam.check, swr.check, clock];
  const failedEndpoint = [iam, swr].find((each) => each.check.state === 'failed');
  if (failedEndpoint !== undefined)
    return [
      ...checks,
      skip(`token of ${name}`, 'an endpoint does not answer'),
      skip(`rights of ${name}`, 'no token'),
    ];

  const secret = new StoredSecret(account.credentials, readSecret, parseCredentials, {
    of: `account ${name}`,
  });
  const authorizer = new StoredAuthorizer({
    iamEndpoint: resolveEndpoint(account.iamEndpoint),
    project: account.region,
    // Read once: a secret that is refused must not be tried a second time.
    readCredentials: () => secret.get(),
    rejections,
    log,
  });
  const token = await check(
    `token of ${name}`,
    () => logIn(authorizer, account, secret, deadline),
    explainToken,
  );
  if (token.state === 'failed') return [...checks, token, skip(`rights of ${name}`, 'no token')];
  const client = new SwrClient(resolveEndpoint(account.swrEndpoint), authorizer);
  const rights = await check(`rights of ${name}`, () => lookAround(client, deadline), explainRights);
  return [...checks, token, rights];
}

async function logIn(
  authorizer: StoredAuthorizer,
  { region, swrEndpoint }: Account,
  secret: StoredSecret<Credentials>,
  deadline: Deadline,
): Promise<Finding> {
  const { kind } = await secret.get();
  await authorizer.authorize(
    { method: 'GET', url: new URL(resolveEndpoint(swrEndpoint)), headers: {} },
    deadline,
  );
  if (kind === 'access-key') return { message: 'not needed: requests are signed with an access key' };
  const whose = kind === 'agency' ? 'the agency' : 'the user';
  return { message: `IAM gives one of ${whose} for project ${region}` };
}

async function lookAround(swr: SwrClient, deadline: Deadline): Promise<Finding> {
  const organizations = await swr.listOrganizations(deadline);
  const namespace = organizations.find((name) => validateOrganization(name) === undefined);
  if (namespace === undefined) {
    const hint = 'Give it rights in the organizations whose tasks are to be deleted (SWR, Permissions).';
    return { state: 'warning', message: 'the user sees no organization', hint };
  }
  const seen = `sees ${count(organizations.length, 'organization')}`;
  const { names } = await swr.listRepositories(namespace, 0, deadline, 1);
  const repository = names.find((name) => validateRepository(name) === undefined);
  if (repository === undefined) return { message: `${seen}; ${namespace} has no repository to look at` };
  const tasks = await swr.listSyncTasks(namespace, repository, deadline);
  return { message: `${seen}; ${namespace}/${repository} has ${count(tasks.length, 'task')}` };
}

function explainToken(error: unknown) {
  const { code, status } = failureOf(error);
  if (code === 'IAM.0061')
    return { hint: 'The user is locked: wait for 15 minutes, then mend its password.' };
  if (status === 401)
    return { hint: 'Store the right user and password; five refused ones within 15 minutes lock the user.' };
  if (status === 403)
    return { hint: 'The user must be enabled, and allowed to use the API (programmatic access).' };
  if (status === 400)
    return { hint: 'Is the region that of the account? It is the name of the IAM project as well.' };
  return { hint: 'Look at the secret and the endpoint of IAM.' };
}

function explainRights(error: unknown) {
  const { status } = failureOf(error);
  if (status === 403)
    return { hint: 'The user lacks rights in SWR: give it those to read and to edit the organizations.' };
  return { hint: 'Look at the endpoint of SWR, and whether it is that of the region.' };
}
