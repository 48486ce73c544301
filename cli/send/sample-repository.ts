import { UsageError } from '../../command-line/options.ts';
import type { Config } from '../../lib/config/config.ts';
import { findRoute } from '../../lib/routing/route.ts';
import { type SourceType, sources } from '../../lib/sources/index.ts';
import { builtInSources, type Source } from '../../lib/sources/source.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import type { SendableType } from './sample-bodies.ts';
import { type SampleEvent, writeSample } from './senders.ts';

/** Name of an organization and of a repository that does not exist. */
const UNUSED_NAME = 'swr-sync-cleanup-hello';
const ONE = /\{[^{}+]*\}/g;
const MANY = /\{[^{}]*\+\}/g;

/**
 * The type of a source.
 *
 * @returns undefined for a source that sends over EventBridge.
 * @throws {UsageError} if the stage has no such source.
 */
export function findSourceType({ sources: configured, stage }: Config, name: string): SourceType | undefined {
  const type = configured[name]?.type;
  if (type !== undefined || builtInSources.includes(name)) return type;
  const known = [...Object.keys(configured), ...builtInSources].join(', ');
  throw new UsageError(`Stage ${stage} has no source ${name}; it has: ${known}`);
}

/** @throws {UsageError} if samples of the source can't be sent. */
export function requireSendable(config: Config, name: string): SendableType {
  const type = findSourceType(config, name);
  if (type === undefined)
    throw new UsageError(`${name} sends its events over EventBridge and has no webhook to send a sample to.`);
  if (type !== 'aws-sns' && type !== 'huawei-smn') return type;
  const [service, owner] = type === 'aws-sns' ? ['SNS', 'AWS'] : ['SMN', 'Huawei Cloud'];
  throw new UsageError(
    `${name} is of type ${type}: ${service} signs its messages with a key that only ${owner} has. ` +
      `Publish a message on one of its topics instead, in the console of ${service}.`,
  );
}

/** The events that the source reads from a sample of a repository. */
export function readSample(
  type: SendableType,
  repository: string,
  event: SampleEvent = 'deletion',
): readonly SourceEvent[] {
  const source: Source = sources[type];
  const at = new Date();
  const { body } = writeSample(type, { event, repository, at });
  const time = at.toISOString();
  return [source.interpret(JSON.parse(body), { key: 'sample', time }, time)].flat();
}

/**
 * A repository that exists neither at a source nor in SWR, so that its deletion deletes nothing. The first route that leads
 * to such a repository gives its name; without one, no route matches it.
 *
 * @returns undefined if the routes lead every name to a repository that may exist.
 */
export function inventRepository(config: Config, name: string): string | undefined {
  const type = requireSendable(config, name);
  if (!sources[type].routed) return inventImage(config);
  const patterns = config.routes
    .filter(({ from }) => from.startsWith(`${name}:`))
    .map(({ from }) => from.slice(name.length + 1));
  return patterns
    .concat('{owner}/{name}')
    .flatMap((pattern) => [fill(pattern, UNUSED_NAME), fill(pattern, `${UNUSED_NAME}/${UNUSED_NAME}`)])
    .filter((candidate) => candidate.includes(UNUSED_NAME))
    .filter((candidate) => readSample(type, candidate).every((each) => each.type === 'deleted'))
    .find((candidate) => leadsNowhere(config, name, candidate));
}

/** A repository of SWR in an organization that routes of the default account lead to: requests without account go there. */
function inventImage({ routes, defaultAccount }: Config): string {
  const [template = ''] = [routes.find(({ account }) => account === defaultAccount)?.to ?? ''].flat();
  const [namespace = ''] = template.split('/');
  return `${fill(namespace, UNUSED_NAME) || UNUSED_NAME}/${UNUSED_NAME}`;
}

function fill(pattern: string, many: string): string {
  return pattern.replaceAll(MANY, many).replaceAll(ONE, UNUSED_NAME);
}

function leadsNowhere({ routes }: Config, name: string, candidate: string): boolean {
  const routing = findRoute(routes, name, candidate);
  return (
    !routing.matched ||
    routing.destinations.every(({ namespace, repository }) =>
      `${namespace}/${repository}`.includes(UNUSED_NAME),
    )
  );
}
