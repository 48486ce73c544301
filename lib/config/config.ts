import type { Safety } from '../cleanup/decide.ts';
import type { Account } from '../huaweicloud/accounts.ts';
import type { Route } from '../routing/route.ts';
import type { SourceConfig } from '../sources/index.ts';

/** Settings of sweeps, which find the tasks that no event names. */
interface SweepConfig {
  readonly mode: 'apply' | 'dry-run';
  /** A sweep that would delete a larger part of the tasks it saw deletes nothing. 0 to 100. */
  readonly maxPercent: number;
  /** Accounts whose user sees every organization of their region, so that one it doesn't see doesn't exist. */
  readonly targetAccounts: readonly string[];
}

/** Configuration of a stage: the contents of `config/<stage>.yml`, validated and with every default. */
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
    /** Globs on the `source` of trusted EventBridge events. */
    readonly allowedSources: readonly string[];
    /** Ask Amazon ECR whether a repository is really gone before acting on its event. */
    readonly confirmEcr: boolean;
  };
}
