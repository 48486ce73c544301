import { acr } from './acr.ts';
import { acrApi } from './acr-api.ts';
import { awsSns } from './aws-sns.ts';
import { bitbucket } from './bitbucket.ts';
import { bitbucketApi } from './bitbucket-api.ts';
import { cloudevents } from './cloudevents.ts';
import { distribution } from './distribution.ts';
import { distributionApi } from './distribution-api.ts';
import { gitea } from './gitea.ts';
import { giteaApi } from './gitea-api.ts';
import { github } from './github.ts';
import { githubApi } from './github-api.ts';
import { gitlab } from './gitlab.ts';
import { gitlabApi } from './gitlab-api.ts';
import { harbor } from './harbor.ts';
import { harborApi } from './harbor-api.ts';
import { huaweiSmn } from './huawei-smn.ts';
import type { ExistenceChecker, Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/**
 * Types of sources over HTTP, by the `type` in the configuration. A bundle gets only those that its stage configures
 * (`scripts/bundle.ts`), so each file has the name of its type.
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

/** Value of `type` in the configuration. */
export type SourceType = keyof typeof sources;

/** A source of the configuration. */
export interface SourceConfig {
  readonly type: SourceType;
  /** A secret reference to one secret, or to a JSON array of several while they are being rotated. */
  readonly secret?: string;
  /** Trusted topics, for a type whose messages are verified with certificates. */
  readonly topics?: readonly string[];
  /** API that can tell whether the source still has a repository, with a secret reference to the credentials. */
  readonly api?: {
    readonly url: string;
    readonly credentials: string;
    /** Private repositories that the credentials must see, before another one of their owner counts as gone. */
    readonly canary?: string | readonly string[];
  };
  /** Check the source before acting, even on unambiguous events. */
  readonly confirm?: boolean;
  /** Longest normal time between two authenticated deliveries, such as `7d`. A longer silence raises an alarm. */
  readonly expectEvery?: string;
}

/** Types of sources whose API can tell whether they still have a repository. */
export const existenceCheckers: Partial<Record<SourceType, ExistenceChecker>> = {
  acr: acrApi,
  bitbucket: bitbucketApi,
  distribution: distributionApi,
  gitea: giteaApi,
  github: githubApi,
  gitlab: gitlabApi,
  harbor: harborApi,
};

/** Says whether a value is a type of source. */
export function isSourceType(type: unknown): type is SourceType {
  return typeof type === 'string' && Object.hasOwn(sources, type);
}
