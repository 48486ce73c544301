import { UsageError } from '../../command-line/options.ts';
import { sources } from '../../lib/sources/index.ts';
import { explainRoute, type RouteReport } from '../explain-route.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { findSourceType } from '../send/sample-repository.ts';
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

/** Ends with 1 if the repository isn't routed. */
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
  run.result(report, () => format(report, stage));
  return report.routed;
}

function format(report: RouteReport, stage: Stage): string {
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
