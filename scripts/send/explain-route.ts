import { coversTarget, keyOfSource } from '../../lib/cleanup/confirm-gone.ts';
import { findDenyRule } from '../../lib/cleanup/decide.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Config } from '../../lib/config/config.ts';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import { formatIssues } from '../../lib/issues.ts';
import { lowerAscii } from '../../lib/lower-ascii.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { resolveEvents } from '../../lib/routing/resolve.ts';
import { matchPattern } from '../../lib/routing/route-pattern.ts';
import { type SourceEvent } from '../../lib/sources/source-event.ts';
import { eventOfDeletion, sendableType } from './senders.ts';

interface TriedRoute {
  readonly from: string;
  readonly fits: boolean;
  readonly why: string;
}

interface ReachedImage {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly repository: string;
  /** REGION/ORGANIZATION; every task of the repository if missing. */
  readonly targets?: readonly string[];
  /** The rule of safety.deny because of which its tasks stay. */
  readonly deniedBy?: string;
}

/** What becomes of the deletion of a repository of a source. */
export interface RouteReport {
  readonly source: string;
  readonly repository: string;
  readonly stage: string;
  /** Those that were tried, in order; the last one fits, if any does. */
  readonly tried: readonly TriedRoute[];
  /** How many come after the one that fits. */
  readonly notTried: number;
  /** Whether an event of it would be queued. */
  readonly routed: boolean;
  /** Why not. */
  readonly reason?: string;
  readonly destinations: readonly ReachedImage[];
  readonly mode: Config['safety']['mode'];
  /** Whether the source has to say first that the repository is gone. */
  readonly asksFirst: boolean;
  /**
   * Other source repositories that lead to one of the images, as `SOURCE:NAME`, where there are any: all of them have to be gone,
   * too. `SOURCE:*` where they can't be told.
   */
  readonly alsoAsked?: readonly string[];
}

/** @param source one whose events name its own repositories. */
export function explainRoute(config: Config, source: string, repository: string): RouteReport {
  const { routes, safety, stage } = config;
  const all = routes.map(({ from }) => tryRoute(from, source, repository));
  const first = all.findIndex(({ fits }) => fits);
  const tried = first === -1 ? all : all.slice(0, first + 1);
  const sourceEvents = eventsOfDeletion(config, source, repository);
  const { requests, ignored, issues } = resolveEvents(sourceEvents, { source, id: 'sample' }, config);
  const routed = requests.length > 0;
  const unreadable = `${source} can have no such repository: ${formatIssues(issues)}`;
  return {
    source,
    repository,
    stage,
    tried,
    notTried: all.length - tried.length,
    routed,
    ...(!routed && { reason: issues.length > 0 ? unreadable : ignored.join('; ') }),
    destinations: requests.map((request) => describeImage(config, request)),
    mode: safety.mode,
    asksFirst: requests.some(({ sourceRepository }) => sourceRepository !== undefined),
    ...(requests.some(({ checkAllSources }) => checkAllSources) && {
      alsoAsked: othersAsked(config, requests, keyOfSource(source, repository)),
    }),
  };
}

function eventsOfDeletion(config: Config, source: string, repository: string): readonly SourceEvent[] {
  // What comes by EventBridge has no entry under sources.
  if (config.sources[source] === undefined)
    return [{ type: 'deleted', repository, occurredAt: new Date().toISOString() }];
  return eventOfDeletion(sendableType(config, source), repository);
}

function othersAsked(
  { routes, defaultAccount }: Config,
  requests: readonly CleanupRequest[],
  own: string,
): string[] {
  const keys = requests.flatMap(({ account = defaultAccount, namespace, repository = '', targets }) =>
    findSources(routes, { account, namespace, repository })
      .filter((origin) => targets?.some((target) => coversTarget(origin, target)) ?? true)
      .map((origin) => keyOfSource(origin.source, origin.repository ?? '*')),
  );
  return [...new Set(keys)].filter((key) => key !== own);
}

function describeImage(
  { accounts, defaultAccount, safety }: Config,
  { account = defaultAccount, namespace, repository = '', targets }: CleanupRequest,
): ReachedImage {
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

/** Whether a route fits a repository, and what in it decides that. */
export function tryRoute(from: string, source: string, repository: string): TriedRoute {
  const values = matchPattern(from, source, repository);
  if (values === undefined) return { from, fits: false, why: explainMismatch(from, source, repository) };
  const found = [...values].map(([name, value]) => `${name} is ${value}`).join(', ');
  return { from, fits: true, why: found || 'the very name' };
}

function explainMismatch(from: string, source: string, repository: string): string {
  if (!from.startsWith(`${source}:`)) return 'another source';
  const segments = from.slice(source.length + 1).split('/');
  // With a name in place of each segment, the same pattern tells what stands there.
  const named = segments.map((text, index) => `{s${index}${text.endsWith('+}') ? '+' : ''}}`);
  const values = matchPattern(`${source}:${named.join('/')}`, source, repository);
  if (values === undefined) {
    const least = named.some((name) => name.endsWith('+}')) ? 'at least ' : '';
    return `the number of segments: ${repository.split('/').length}, and it takes ${least}${segments.length}`;
  }
  const differing = segments.flatMap((text, index) => {
    const there = values.get(`s${index}`) ?? '';
    return text.startsWith('{') || lowerAscii(text) === lowerAscii(there) ? [] : `${there} is not ${text}`;
  });
  return differing.join(', ');
}
