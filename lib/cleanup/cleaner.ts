import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import type { Accounts } from '../huaweicloud/accounts.ts';
import { INVALID_NAME } from '../huaweicloud/names.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import type { Log } from '../log.ts';
import { cleanRequest } from './clean-request.ts';
import { confirmGone, type SourceChecks } from './confirm-gone.ts';
import type { Safety } from './decide.ts';
import type { CleanupLedger, OpenedRequest } from './ledger.ts';
import type { CleanupResult, Outcome } from './outcome.ts';
import { type CleanupRequest, validateRequest } from './request.ts';

export interface CleanerParts extends SourceChecks {
  readonly config: { readonly defaultAccount: string; readonly safety: Safety };
  readonly accounts: Accounts;
  readonly ledger: CleanupLedger;
  readonly log: Log;
}

/** Cleans in the accounts of a configuration. */
export class Cleaner {
  readonly #parts: CleanerParts;

  constructor(parts: CleanerParts) {
    this.#parts = parts;
  }

  /** Never throws: what fails is an outcome. */
  async clean(request: CleanupRequest, deadline: Deadline): Promise<CleanupResult> {
    const { config, accounts, ledger } = this.#parts;
    const { safety } = config;
    const account = request.account ?? config.defaultAccount;
    const log = this.#parts.log.with({ id: request.id, account });
    const { source, namespace, repository, occurredAt } = request;
    log.debug('requested', { source, namespace, repository, occurredAt });
    const give = (outcome: Outcome): CleanupResult => {
      log.warn(outcome.outcome, { ...outcome });
      return { request, outcomes: [outcome] };
    };
    let swr: SwrClient;
    let opened: OpenedRequest;
    const issue = validateRequest(request);
    if (issue !== undefined)
      return give({ outcome: 'failed', code: INVALID_NAME, message: issue, retryable: false });
    try {
      swr = accounts.clientOf(account);
      opened = await ledger.open(request);
    } catch (error) {
      return give({ outcome: 'failed', ...failureOf(error) });
    }
    const stays = await confirmGone(opened.request, account, deadline, this.#parts);
    const result =
      stays === undefined
        ? {
            request: opened.request,
            ...(await cleanRequest(opened.request, {
              swr,
              safety,
              deadline,
              log,
              ledger,
              repeated: opened.repeated,
            })),
          }
        : give(stays);
    await this.#close(result, log);
    return result;
  }

  /** What was deleted is on the record already; what stayed, and why, is only told in the log if this fails. */
  async #close({ request, outcomes }: CleanupResult, log: Log): Promise<void> {
    try {
      await this.#parts.ledger.close(request, outcomes);
    } catch (error) {
      log.warn('not closed', { ...failureOf(error) });
    }
  }
}
