import { messageOf } from '../../command-line/options.ts';
import type { Deadline } from '../../lib/deadline.ts';
import { createReadApi } from '../../lib/sources/check-existence.ts';
import { existenceCheckers } from '../../lib/sources/index.ts';
import type { ExistenceChecker, SourceApi } from '../../lib/sources/source.ts';
import type { Stage } from '../stage.ts';
import { type Check, type CheckResult, check, skip } from './check.ts';

/** Checks of every forge with an API that it accepts the credentials, and that they see the canaries. */
export async function checkCanaries({ config, readSecret }: Stage, deadline: Deadline): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, { type, api: configured }] of Object.entries(config.sources)) {
    const source = existenceCheckers[type];
    if (configured === undefined || source?.acceptsCredentials === undefined) continue;
    const owner = { of: `the API of source ${name}` };
    const api = await createReadApi(configured, readSecret, owner)().catch(messageOf);
    if (typeof api === 'string') checks.push(skip(`API of source ${name}`, api));
    else checks.push(...(await checkApi(name, source, api, deadline)));
  }
  return checks;
}

/** Checks the credentials, and then each canary without the others. */
async function checkApi(
  name: string,
  source: ExistenceChecker,
  { canaries = [], ...api }: SourceApi,
  deadline: Deadline,
): Promise<Check[]> {
  const credentials = await check(`API of source ${name}`, async (): Promise<CheckResult> => {
    const accepted = await source.acceptsCredentials?.(api, deadline);
    if (accepted === true) return { message: `${api.url} accepts the credentials` };
    const [message, hint] =
      accepted === false
        ? [
            'rejects the credentials',
            `Store new ones, with the rights that docs/sources.md names, at sources.${name}.api.credentials.`,
          ]
        : ['gave no definite answer', `Check sources.${name}.api.url, DNS, proxies and the firewall.`];
    return { state: 'failed', message: `${api.url} ${message}`, hint };
  });
  const title = `canary of source ${name}`;
  if (canaries.length === 0) {
    const message = 'none: credentials that lose their rights make every private repository look deleted';
    const hint = `Name a private repository of each owner at sources.${name}.api.canary. See docs/sources.md, "Canaries".`;
    return [credentials, { name: title, state: 'warning', message, hint }];
  }
  if (credentials.state === 'failed')
    return [credentials, skip(title, 'the API does not accept the credentials')];
  const checks = [credentials];
  for (const canary of canaries)
    checks.push(await check(title, () => checkCanary(name, canary, source, api, deadline)));
  return checks;
}

async function checkCanary(
  name: string,
  canary: string,
  source: ExistenceChecker,
  api: SourceApi,
  deadline: Deadline,
): Promise<CheckResult> {
  let isPrivate = false;
  const existence = await source.findRepository(api, canary, deadline, (evidence) => {
    isPrivate ||= evidence === 'private';
  });
  if (existence === 'exists' && isPrivate) return { message: `${canary} is visible, and private` };
  if (existence === 'exists') {
    return {
      state: 'failed',
      message: `${canary} is visible, and not private: it says nothing about the rights of the credentials`,
      hint: 'Make it private, or name another repository of the same owner.',
    };
  }
  const state = existence === 'gone' ? 'not visible' : 'not definitely visible';
  return {
    state: 'failed',
    message: `${canary} is ${state}: no repository of its owner counts as deleted`,
    hint: `Give the credentials of sources.${name}.api the right to read every repository of the owner, or create the canary.`,
  };
}
