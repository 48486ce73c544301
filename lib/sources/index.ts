import { acr } from './acr.ts';
import { awsSns } from './aws-sns.ts';
import { bitbucket } from './bitbucket.ts';
import { cloudevents } from './cloudevents.ts';
import { distribution } from './distribution.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { harbor } from './harbor.ts';
import { huaweiSmn } from './huawei-smn.ts';
import type { Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/**
 * Every kind of sender over HTTP, by the `type` that the configuration calls it. A bundle gets only those that its stage
 * configures (`scripts/bundle.ts`), so the files have to be called like the types.
 */
export const sources = {
  acr,
  'aws-sns': awsSns,
  bitbucket,
  cloudevents,
  distribution,
  gitea,
  github,
  gitlab,
  harbor,
  'huawei-smn': huaweiSmn,
  'standard-webhooks': standardWebhooks,
} satisfies Record<string, Source>;

export type SourceType = keyof typeof sources;

export function isSourceType(type: unknown): type is SourceType {
  return typeof type === 'string' && Object.hasOwn(sources, type);
}
