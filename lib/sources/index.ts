import { github } from './github.ts';
import type { Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/** Every kind of sender over HTTP, by the `type` that the configuration calls it. */
export const sources = {
  github,
  'standard-webhooks': standardWebhooks,
} satisfies Record<string, Source>;

export type SourceType = keyof typeof sources;

export function isSourceType(type: unknown): type is SourceType {
  return typeof type === 'string' && Object.hasOwn(sources, type);
}

/** Senders that come by EventBridge: routes may begin with their names, and no configuration has to list them. */
export const ECR = 'ecr';
export const builtInSources: readonly string[] = [ECR];
