import { UsageError } from '../../command-line/options.ts';
import type { Config } from '../../lib/config/config.ts';
import { builtInSources } from '../../lib/sources/built-in.ts';
import { type SourceType, sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import { bitbucket, gitea, github, gitlab } from './forges.ts';
import { acr, distribution, harbor } from './registries.ts';
import { cloudevents, standardWebhooks } from './requesters.ts';
import type { Content, SendableType, Sender } from './sender.ts';

export const senders: Readonly<Record<SendableType, Sender>> = {
  acr,
  bitbucket,
  cloudevents,
  distribution,
  gitea,
  github,
  gitlab,
  harbor,
  'standard-webhooks': standardWebhooks,
};

const TOPIC_SERVICES = {
  'aws-sns': { service: 'SNS', owner: 'AWS' },
  'huawei-smn': { service: 'SMN', owner: 'Huawei Cloud' },
} as const satisfies Record<Exclude<SourceType, SendableType>, unknown>;

/**
 * The type of a source of the configuration.
 *
 * @throws {UsageError} if samples of it can't be sent.
 */
export function sendableType({ sources: configured, stage }: Config, name: string): SendableType {
  const type = configured[name]?.type;
  if (type === 'aws-sns' || type === 'huawei-smn') {
    const { service, owner } = TOPIC_SERVICES[type];
    throw new UsageError(
      `${name} is of type ${type}: ${service} signs its messages with a key that only ${owner} has, so no sample can be ` +
        `made here. Publish a message on one of its topics instead, in the console of ${service}.`,
    );
  }
  if (type !== undefined) return type;
  if (builtInSources.includes(name)) {
    throw new UsageError(`${name} sends its events over EventBridge and has no webhook to send a sample to.`);
  }
  const known = Object.keys(configured).join(', ') || 'it has none';
  throw new UsageError(`Stage ${stage} has no source of this name; its sources are: ${known}`);
}

/** What the source itself makes of a sample, as if it had been verified. */
export function meaningsOf(type: SendableType, { body }: Content, at: Date): readonly SourceEvent[] {
  const source: Source = sources[type];
  const time = at.toISOString();
  return [source.interpret(JSON.parse(body), { key: 'sample', time }, time)].flat();
}

/** What the source makes of the deletion of a repository. */
export function eventOfDeletion(type: SendableType, repository: string): readonly SourceEvent[] {
  const at = new Date();
  return meaningsOf(type, senders[type].write({ event: 'deletion', repository, id: 'sample', at }), at);
}
