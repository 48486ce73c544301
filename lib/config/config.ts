import type { Safety } from '../cleanup/decide.ts';
import type { Target } from '../huaweicloud/sync-task.ts';
import type { SourceType } from '../sources/index.ts';

/** A Huawei Cloud account: where its repositories are, and who deletes there. */
export interface Account {
  /** Also the name of the IAM project that tokens are for. */
  readonly region: string;
  /** A secret reference (`secretsmanager:NAME`, `ssm:NAME` or `env:NAME`) to JSON with an access key, or an IAM user. */
  readonly credentials: string;
  /** A URL without a slash at its end, or `env:NAME` for a variable that holds one. */
  readonly iamEndpoint: string;
  readonly swrEndpoint: string;
}

interface SourceConfig {
  readonly type: SourceType;
  /** A secret reference to one secret, or to a JSON array of several while they are being rotated. */
  readonly secret?: string;
  /** The topics whose messages are believed, where certificates prove them. */
  readonly topics?: readonly string[];
  /** Where the source can be asked whether it still has a repository, and a secret reference to the credentials. */
  readonly api?: {
    readonly url: string;
    readonly credentials: string;
    /** Private repositories that the credentials must see, before another one of their owner counts as gone. */
    readonly canary?: string | readonly string[];
  };
  /** Ask before acting even on events that leave no doubt. */
  readonly confirm?: boolean;
}

export interface Route {
  /** `SOURCE:PATTERN`. */
  readonly from: string;
  /** `NAMESPACE/REPOSITORY`, with the names that the pattern has found; several where one repository has several copies. */
  readonly to: string | readonly string[];
  readonly account: string;
  /** Every task of the repository if missing. */
  readonly targets?: readonly Target[];
  /** Deletes for the first of several source repositories that is gone, though others may live. */
  readonly firstDeletionCounts?: true;
  /**
   * Other source repositories lead to the same images, so all of them have to be gone. Computed when the configuration is
   * checked.
   */
  readonly shared?: true;
}

/** How the tasks are looked for that no event names. */
interface SweepConfig {
  readonly mode: 'apply' | 'dry-run';
  /** A sweep that would delete a larger part of the tasks it saw deletes nothing. 0 to 100. */
  readonly maxPercent: number;
  /** Accounts whose user sees every organization of their region, so that one it doesn't see doesn't exist. */
  readonly targetAccounts: readonly string[];
}

/** What one environment is made of: the contents of `config/<stage>.yml`, checked and with every default filled in. */
export interface Config {
  readonly stage: string;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly defaultAccount: string;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  /** The first one that fits wins. */
  readonly routes: readonly Route[];
  readonly safety: Safety;
  readonly sweep: SweepConfig;
  readonly ledger: {
    /** An entry is forgotten after so many days. */
    readonly retentionDays: number;
  };
  readonly events: {
    /** Globs on the `source` of the EventBridge events that are believed. */
    readonly allowedSources: readonly string[];
    /** Ask Amazon ECR whether a repository is really gone before acting on its event. */
    readonly confirmEcr: boolean;
  };
}
