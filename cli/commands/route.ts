import { UsageError } from '../../command-line/options.ts';
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
import { sources } from '../../lib/sources/index.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { findSourceType, readSample, requireSendable } from '../send/sample-repository.ts';
import { openStage, type Stage } from '../stage.ts';

/** Adds `swr-sync route`. */
export const addRoute = defineCommand({
  usage: 'route <SOURCE:NAME>',
  summary: 'show where the deletion of a repository leads, and why',
  description:
    'Shows which route matches a source repository, and what its deletion leads to. Calls nothing.',
  examples: ['route github:acme/api --stage prod'],
  work: route,
});

async function route([name = '']: readonly string[], options: GlobalOptions, run: Run): Promise<boolean> {
  const [, source, repository] = /^([^:]+):(.+)$/s.exec(name) ?? [];
  if (source === undefined || repository === undefined)
    throw new UsageError(`Invalid name "${name}": expected SOURCE:NAME, such as github:acme/api`);
  const stage = await openStage(options, run, { offline: true });
  const type = findSourceType(stage.config, source);
  if (type !== undefined && !sources[type].routed)
    throw new UsageError(
      `Events of ${source} (${type}) need no route: they name repositories of SWR themselves.`,
    );
  const report = explainRoute(stage.config, source, repository);
  run.result(report, () => formatRoute(report, stage));
  return report.routed;
}

function formatRoute(report: RouteReport, stage: Stage): string {
  const { source, repository, tried, notTried, routed, reason } = report;
  const width = Math.max(0, ...tried.map(({ from }) => from.length));
  const routes = tried.map(
    ({ from, matches, why }) => `  ${matches ? 'matches' : 'no     '}  ${from.padEnd(width)}  ${why}`,
  );
  if (notTried > 0) routes.push(`  ${notTried} more not tried: the first that matches counts`);
  if (routes.length === 0) routes.push('  none');
  const outcome = routed ? formatOutcome(report, stage) : [`Not routed: ${reason}`];
  return [
    `${source}:${repository} with ${stage.file}`,
    '',
    'Routes in order:',
    ...routes,
    '',
    ...outcome,
  ].join('\n');
}

function formatOutcome(
  { source, destinations, mode, checksExistence, alsoChecked }: RouteReport,
  { config }: Stage,
): string[] {
  const images = destinations.flatMap(({ account, region, namespace, repository, targets, deniedBy }) => [
    `  ${namespace}/${repository}`,
    `    account  ${account} (${region})`,
    `    tasks    ${targets?.join(', ') ?? 'every task'}`,
    `    denied   ${deniedBy === undefined ? 'by no rule' : `by ${deniedBy}: its tasks stay`}`,
  ]);
  const api = config.sources[source]?.api?.url ?? 'its API';
  return [
    'Routed to, in SWR:',
    ...images,
    '',
    `mode       ${mode === 'dry-run' ? 'dry-run: nothing is deleted' : 'apply: tasks are deleted'}`,
    `existence  ${checksExistence ? `checked before a deletion: ${source}, at ${api}` : 'not checked'}`,
    ...(alsoChecked === undefined ? [] : [`shared     ${formatShared(alsoChecked)}`]),
  ];
}

function formatShared(alsoChecked: readonly string[]): string {
  if (alsoChecked.length === 0) return 'no other repository leads here, although the route is shared';
  return `other repositories lead here, and must be gone, too: ${alsoChecked.join(', ')}`;
}

type RouteReport = ReturnType<typeof explainRoute>;

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
    /** True if the source is checked before a deletion. */
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

/** Result of matching a route with a repository, and its reason. */
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
