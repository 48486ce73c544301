import { messageOf } from '../../command-line/options.ts';
import type { Deadline } from '../../lib/deadline.ts';
import { createReadApi } from '../../lib/sources/check-existence.ts';
import { existenceCheckers } from '../../lib/sources/index.ts';
import type { ExistenceChecker, SourceApi } from '../../lib/sources/source.ts';
import type { Stage } from '../stage.ts';
import { type Check, type CheckResult, check, skip } from './check.ts';

/** API for checking a canary, without canaries of its own. */
type Api = Omit<SourceApi, 'canaries'>;

/** Checks of every forge with an API that it accepts the credentials, and that they see the canaries. */
export async function checkCanaries({ config, readSecret }: Stage, deadline: Deadline): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, { type, api: configured }] of Object.entries(config.sources)) {
    const source = existenceCheckers[type];
    if (configured === undefined || source?.acceptsCredentials === undefined) continue;
    let api: SourceApi;
    try {
      api = await createReadApi(configured, readSecret, { of: `the API of source ${name}` })();
    } catch (error) {
      checks.push(skip(`API of source ${name}`, messageOf(error)));
      continue;
    }
    const { canaries = [], ...rest } = api;
    const credentials = await checkCredentials(name, source, rest, deadline);
    checks.push(credentials);
    if (canaries.length === 0) checks.push(recommendCanary(name));
    else if (credentials.state === 'failed')
      checks.push(skip(`canary of source ${name}`, 'the API does not accept the credentials'));
    else for (const canary of canaries) checks.push(await checkCanary(name, canary, source, rest, deadline));
  }
  return checks;
}

function checkCredentials(
  name: string,
  source: ExistenceChecker,
  api: Api,
  deadline: Deadline,
): Promise<Check> {
  return check(`API of source ${name}`, async (): Promise<CheckResult> => {
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
}

function recommendCanary(name: string): Check {
  return {
    name: `canary of source ${name}`,
    state: 'warning',
    message: 'none: credentials that lose their rights make every private repository look deleted',
    hint: `Name a private repository of each owner at sources.${name}.api.canary. See docs/sources.md, "Canaries".`,
  };
}

function checkCanary(
  name: string,
  canary: string,
  source: ExistenceChecker,
  api: Api,
  deadline: Deadline,
): Promise<Check> {
  return check(`canary of source ${name}`, async (): Promise<CheckResult> => {
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
    const consequence = 'no repository of its owner counts as deleted';
    return {
      state: 'failed',
      message: `${canary} is ${existence === 'gone' ? 'not visible' : 'not definitely visible'}: ${consequence}`,
      hint: `Give the credentials of sources.${name}.api the right to read every repository of the owner, or create the canary.`,
    };
  });
}
