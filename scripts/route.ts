/** `npm run route`: what the deletion of a repository would be routed to, and why. See docs/sources.md. */
import { parseArgs } from 'node:util';
import { messageOf, runCommand, UsageError } from '../command-line/options.ts';
import type { Config } from '../lib/config/config.ts';
import { builtInSources } from '../lib/sources/built-in.ts';
import { sources } from '../lib/sources/index.ts';
import { readChosenConfig } from './send/chosen-config.ts';
import { explainRoute, type RouteReport } from './send/explain-route.ts';

const USAGE = 'Usage: npm run route -- SOURCE:NAME [--stage NAME | --config FILE] [--json]';

/** @returns the exit status: 0 if the repository is routed, 1 if it isn't. */
export async function route(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { source, repository, json, ...choice } = readOptions(args);
  const { config, file } = await readChosenConfig(choice);
  requireRouted(config, source);
  const report = explainRoute(config, source, repository);
  print(json ? JSON.stringify(report, null, 2) : format(report, config, file));
  return report.routed ? 0 : 1;
}

function readOptions(args: readonly string[]) {
  const { values, positionals } = parse(args);
  const [, source, repository] = /^([^:]+):(.+)$/s.exec(positionals[0] ?? '') ?? [];
  if (source === undefined || repository === undefined || positionals.length > 1) {
    throw new UsageError(`One SOURCE:NAME such as github:acme/api is expected. ${USAGE}`);
  }
  return { ...values, source, repository };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stage: { type: 'string' },
        config: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
}

/** @throws {UsageError} if routes can't begin with this source. */
function requireRouted({ sources: configured, stage }: Config, source: string): void {
  const type = configured[source]?.type;
  if (type === undefined && !builtInSources.includes(source)) {
    const known = [...Object.keys(configured), ...builtInSources].join(', ');
    throw new UsageError(`Stage ${stage} has no source ${source}; its sources are: ${known}`);
  }
  if (type !== undefined && !sources[type].routed) {
    throw new UsageError(
      `Events of ${source} (${type}) name repositories of SWR themselves: no route is asked.`,
    );
  }
}

function format(report: RouteReport, config: Config, file: string): string {
  const { source, repository, tried, notTried, routed, reason = '' } = report;
  const width = Math.max(0, ...tried.map(({ from }) => from.length));
  const routes = tried.map(
    ({ from, fits, why }) => `  ${fits ? 'fits' : 'no  '}  ${from.padEnd(width)}  ${why}`,
  );
  if (notTried > 0) routes.push(`  ${notTried} more not tried: the first that fits decides`);
  if (routes.length === 0) routes.push('  none');
  const outcome = routed ? formatOutcome(report, config) : ['', `Not routed: ${reason}`];
  return [`${source}:${repository} with ${file}`, '', 'Routes in order:', ...routes, ...outcome].join('\n');
}

function formatOutcome(
  { source, destinations, mode, asksFirst, alsoAsked }: RouteReport,
  config: Config,
): string[] {
  const images = destinations.flatMap(({ account, region, namespace, repository, targets, deniedBy }) => [
    `  ${namespace}/${repository}`,
    `    account  ${account} (${region})`,
    `    tasks    ${targets?.join(', ') ?? 'every task'}`,
    `    denied   ${deniedBy === undefined ? 'by no rule' : `by ${deniedBy}: its tasks stay`}`,
  ]);
  const asked = config.sources[source]?.api?.url ?? 'its API';
  return [
    '',
    'Routed to, in SWR:',
    ...images,
    '',
    `mode         ${mode === 'dry-run' ? 'dry-run: nothing is deleted' : 'apply: tasks are deleted'}`,
    `asked first  ${asksFirst ? `yes: ${source} itself, at ${asked}` : 'no'}`,
    ...(alsoAsked === undefined ? [] : [`shared       ${formatShared(alsoAsked)}`]),
  ];
}

function formatShared(alsoAsked: readonly string[]): string {
  if (alsoAsked.length === 0)
    return 'other repositories may lead to images of this route, and none leads here';
  return `other repositories lead here. All of them have to be gone, too: ${alsoAsked.join(', ')}`;
}

if (import.meta.main) {
  await runCommand(async () => {
    process.exitCode = await route(process.argv.slice(2), (text) => console.log(text));
  });
}
