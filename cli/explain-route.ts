import { coversTarget, keyOfSource } from '../lib/cleanup/confirm-gone.ts';
import { findDenyRule } from '../lib/cleanup/decide.ts';
import type { CleanupRequest } from '../lib/cleanup/request.ts';
import type { Config } from '../lib/config/config.ts';
import { nameOf } from '../lib/huaweicloud/names.ts';
import { formatIssues } from '../lib/issues.ts';
import { lowerAscii } from '../lib/lower-ascii.ts';
import { findSources } from '../lib/routing/find-sources.ts';
import { resolveEvents } from '../lib/routing/resolve.ts';
import { matchPattern } from '../lib/routing/route-pattern.ts';
import type { SourceEvent } from '../lib/sources/source-event.ts';
import { readSample, requireSendable } from './send/sample-repository.ts';

export type RouteReport = ReturnType<typeof explainRoute>;

/**
 * Effect of the deletion of a source repository.
 *
 * @param source one whose events name its own repositories.
 */
export function explainRoute(config: Config, source: string, repository: string) {
  const { routes, safety, stage } = config;
  const all = routes.map(({ from }) => tryRoute(from, source, repository));
  const first = all.findIndex(({ matches }) => matches);
  const tried = first === -1 ? all : all.slice(0, first + 1);
  const events = readDeletion(config, source, repository);
  const { requests, ignored, issues } = resolveEvents(events, { source, id: 'sample' }, config);
  const routed = requests.length > 0;
  const reason =
    issues.length > 0 ? `${source} can have no such repository: ${formatIssues(issues)}` : ignored.join('; ');
  return {
    source,
    repository,
    stage,
    /** Routes in order, up to the first that matches. */
    tried,
    notTried: all.length - tried.length,
    routed,
    ...(!routed && { reason }),
    destinations: requests.map((request) => describeImage(config, request)),
    mode: safety.mode,
    /** Whether the source is asked whether the repository still exists, before a deletion. */
    checksExistence: requests.some(({ sourceRepository }) => sourceRepository !== undefined),
    // Where the route is shared: the other source repositories that must be gone, too. `SOURCE:*` where names are unknown.
    ...(requests.some(({ checkAllSources }) => checkAllSources) && {
      alsoChecked: findOthers(config, requests, keyOfSource(source, repository)),
    }),
  };
}

function readDeletion(config: Config, source: string, repository: string): readonly SourceEvent[] {
  // Sources over EventBridge aren't configured.
  if (config.sources[source] === undefined)
    return [{ type: 'deleted', repository, occurredAt: new Date().toISOString() }];
  return readSample(requireSendable(config, source), repository);
}

function findOthers(
  { routes, defaultAccount }: Config,
  requests: readonly CleanupRequest[],
  own: string,
): string[] {
  const keys = requests.flatMap(({ account = defaultAccount, namespace, repository = '', targets }) =>
    findSources(routes, { account, namespace, repository })
      .filter((other) => targets?.some((target) => coversTarget(other, target)) ?? true)
      .map((other) => keyOfSource(other.source, other.repository ?? '*')),
  );
  return [...new Set(keys)].filter((key) => key !== own);
}

function describeImage(
  { accounts, defaultAccount, safety }: Config,
  { account = defaultAccount, namespace, repository = '', targets }: CleanupRequest,
) {
  const deniedBy = findDenyRule(safety, namespace, repository);
  return {
    account,
    region: accounts[account]?.region ?? '',
    namespace,
    repository,
    ...(targets && { targets: targets.map(nameOf) }),
    ...(deniedBy !== undefined && { deniedBy }),
  };
}

/** Whether a route matches a repository, and the reason. */
export function tryRoute(from: string, source: string, repository: string) {
  const values = matchPattern(from, source, repository);
  if (values === undefined) return { from, matches: false, why: explainMismatch(from, source, repository) };
  const found = [...values].map(([name, value]) => `${name} is ${value}`).join(', ');
  return { from, matches: true, why: found || 'the same name' };
}

function explainMismatch(from: string, source: string, repository: string): string {
  if (!from.startsWith(`${source}:`)) return 'another source';
  const segments = from.slice(source.length + 1).split('/');
  // With a placeholder for each segment, the pattern gives the name in its place.
  const named = segments.map((text, index) => `{s${index}${text.endsWith('+}') ? '+' : ''}}`);
  const values = matchPattern(`${source}:${named.join('/')}`, source, repository);
  if (values === undefined) {
    const least = named.some((name) => name.endsWith('+}')) ? 'at least ' : '';
    return `${repository.split('/').length} segments, expected ${least}${segments.length}`;
  }
  const differing = segments.flatMap((text, index) => {
    const there = values.get(`s${index}`) ?? '';
    return text.startsWith('{') || lowerAscii(text) === lowerAscii(there) ? [] : `${there} is not ${text}`;
  });
  return differing.join(', ');
}
