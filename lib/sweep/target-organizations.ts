import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import type { Target } from '../huaweicloud/names.ts';
import { retry } from '../retry.ts';
import type { SweepContext } from './context.ts';
import type { TargetState } from './judge-task.ts';

type Names = ReadonlySet<string>;

/**
 * Tells whether the organizations exist that tasks copy to. Each account is asked once, by the first who needs it: a list is
 * too old for a task that was made after it, so it is for one step.
 */
export class TargetOrganizations {
  readonly #context: Pick<SweepContext, 'accounts' | 'config' | 'log'>;
  readonly #deadline: Deadline;
  readonly #lists = new Map<string, Promise<Names>>();

  constructor(context: Pick<SweepContext, 'accounts' | 'config' | 'log'>, deadline: Deadline) {
    this.#context = context;
    this.#deadline = deadline;
  }

  async stateOf({ remoteRegionId, remoteNamespace }: Target): Promise<TargetState> {
    const { accounts, sweep } = this.#context.config;
    const seeing = sweep.targetAccounts.filter((name) => accounts[name]?.region === remoteRegionId);
    if (seeing.length === 0) return 'unchecked';
    const lists = await Promise.all(seeing.map((name) => this.#listOf(name)));
    if (lists.some((names) => names.has(remoteNamespace))) return 'exists';
    // Who sees no organization at all may see none.
    return lists.some((names) => names.size === 0) ? 'unknown' : 'gone';
  }

  #listOf(account: string): Promise<Names> {
    const asked = this.#lists.get(account) ?? this.#list(account);
    this.#lists.set(account, asked);
    return asked;
  }

  /** Empty if it can't be listed. */
  async #list(account: string): Promise<Names> {
    const { accounts, log } = this.#context;
    try {
      const list = () => accounts.clientOf(account).listOrganizations(this.#deadline);
      return new Set(await retry(list, this.#deadline));
    } catch (error) {
      log.warn('target organizations not listed', { account, ...failureOf(error) });
      return new Set();
    }
  }
}
