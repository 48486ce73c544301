import type { Deadline } from '../../lib/deadline.ts';
import { resolveEndpoint } from '../../lib/endpoint.ts';
import { failureOf } from '../../lib/failure.ts';
import { httpRequest } from '../../lib/http/http-request.ts';
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
import { type Check, type CheckResult, check, skip } from './check.ts';

const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;
const SKEW_WARNING_SECONDS = 30;
/** AWS rejects signatures beyond this. */
const SKEW_FAILED_SECONDS = 300;

/** Next steps after IAM has issued no token, by status. */
const TOKEN_HINTS = new Map([
  [400, 'Is the region that of the account? It is the name of the IAM project as well.'],
  [401, 'Store the right user and password; five rejected ones within 15 minutes lock the user.'],
  [403, 'The user must be enabled, and allowed to use the API (programmatic access).'],
]);

export interface AccountContext {
  /** Shared: accounts with the same user try a rejected password once. */
  readonly rejections: Rejections;
  readonly deadline: Deadline;
  readonly log: Log;
}

/** Checks an account: its endpoints, our clock, one login, and the rights of its user. */
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
  const noRights = skip(`rights of ${name}`, 'no token');
  if (failedEndpoint !== undefined)
    return [...checks, skip(`token of ${name}`, 'an endpoint does not answer'), noRights];

  const owner = { of: `account ${name}` };
  const secret = new StoredSecret(account.credentials, readSecret, parseCredentials, owner);
  const authorizer = new StoredAuthorizer({
    iamEndpoint: resolveEndpoint(account.iamEndpoint),
    project: account.region,
    // Read once: a rejected secret must not be tried a second time.
    readCredentials: () => secret.get(),
    rejections,
    log,
  });
  const token = await check(
    `token of ${name}`,
    () => logIn(authorizer, account, secret, deadline),
    explainToken,
  );
  if (token.state === 'failed') return [...checks, token, noRights];
  const client = new SwrClient(resolveEndpoint(account.swrEndpoint), authorizer);
  const rights = await check(`rights of ${name}`, () => checkRights(client, deadline), explainRights);
  return [...checks, token, rights];
}

interface EndpointCheck {
  readonly check: Check;
  /** Lead of the other clock over ours. */
  readonly skewSeconds?: number;
}

/** Calls an endpoint, and compares its clock with ours. */
async function checkEndpoint(name: string, endpoint: string): Promise<EndpointCheck> {
  let skewSeconds: number | undefined;
  const checked = await check(
    name,
    async () => {
      const url = new URL(resolveEndpoint(endpoint));
      const startedAt = Date.now();
      const limits = { timeoutMs: TIMEOUT_MS, maxBodyBytes: MAX_BODY_BYTES };
      const { headers } = await httpRequest({ method: 'GET', url, headers: {}, ...limits });
      const endedAt = Date.now();
      const theirs = Date.parse(headers.date ?? '');
      // The header has whole seconds, rounded down.
      if (!Number.isNaN(theirs)) skewSeconds = Math.round((theirs + 500 - (startedAt + endedAt) / 2) / 1000);
      return { message: `${url.origin} answers within ${endedAt - startedAt} ms` };
    },
    () => ({ hint: 'Check the endpoint in the configuration, DNS, proxies and the firewall.' }),
  );
  return { check: checked, ...(skewSeconds !== undefined && { skewSeconds }) };
}

function checkClock(name: string, skewSeconds: number | undefined): Check {
  if (skewSeconds === undefined) return skip(`clock of ${name}`, 'no endpoint sent its time');
  const away = Math.abs(skewSeconds);
  const message = away < 2 ? 'agrees with ours' : `${away} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} ours`;
  if (away < SKEW_WARNING_SECONDS) return { name: `clock of ${name}`, state: 'ok', message };
  const state = away < SKEW_FAILED_SECONDS ? 'warning' : 'failed';
  const hint =
    'Set the clock of this machine: times of events and tasks are compared, and signatures expire.';
  return { name: `clock of ${name}`, state, message, hint };
}

async function logIn(
  authorizer: StoredAuthorizer,
  { region, swrEndpoint }: Account,
  secret: StoredSecret<Credentials>,
  deadline: Deadline,
): Promise<CheckResult> {
  const { kind } = await secret.get();
  await authorizer.authorize(
    { method: 'GET', url: new URL(resolveEndpoint(swrEndpoint)), headers: {} },
    deadline,
  );
  if (kind === 'access-key') return { message: 'not needed: requests are signed with an access key' };
  const whose = kind === 'agency' ? 'the agency' : 'the user';
  return { message: `IAM issues a token of ${whose} for project ${region}` };
}

async function checkRights(swr: SwrClient, deadline: Deadline): Promise<CheckResult> {
  const organizations = await swr.listOrganizations(deadline);
  const namespace = organizations.find((name) => validateOrganization(name) === undefined);
  if (namespace === undefined) {
    const hint = 'Grant rights in the organizations whose tasks are to be deleted (SWR, Permissions).';
    return { state: 'warning', message: 'the user sees no organization', hint };
  }
  const seen = `sees ${count(organizations.length, 'organization')}`;
  const { names } = await swr.listRepositories(namespace, 0, deadline, 1);
  const repository = names.find((name) => validateRepository(name) === undefined);
  if (repository === undefined) return { message: `${seen}; ${namespace} has no repository` };
  const tasks = await swr.listSyncTasks(namespace, repository, deadline);
  return { message: `${seen}; ${namespace}/${repository} has ${count(tasks.length, 'task')}` };
}

function explainToken(error: unknown) {
  const { code, status = 0 } = failureOf(error);
  if (code === 'IAM.0061')
    return { hint: 'The user is locked: wait for 15 minutes, then correct its password.' };
  return { hint: TOKEN_HINTS.get(status) ?? 'Check the secret and the endpoint of IAM.' };
}

function explainRights(error: unknown) {
  return failureOf(error).status === 403
    ? { hint: 'The user lacks rights in SWR: grant it read and edit rights in the organizations.' }
    : { hint: 'Check the endpoint of SWR: is it that of the region?' };
}
