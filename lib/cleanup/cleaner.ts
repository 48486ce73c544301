import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import type { Accounts } from '../huaweicloud/accounts.ts';
import { INVALID_NAME } from '../huaweicloud/names.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import type { Log } from '../log.ts';
import { cleanOrganization } from './clean-organization.ts';
import { cleanRepositories, logOutcome } from './clean-repositories.ts';
import { confirmGone, type SourceChecks } from './confirm-gone.ts';
import type { Safety } from './decide.ts';
import { DeliveryLimit } from './delivery-limit.ts';
import type { CleanupLedger, OpenedRequest } from './ledger.ts';
import { type CleanupResult, countOutcomes, type Outcome } from './outcome.ts';
import type { CleanupContext } from './plan-repository.ts';
import { type CleanupRequest, validateRequest } from './request.ts';

export interface CleanerParts extends SourceChecks {
  readonly config: { readonly defaultAccount: string; readonly safety: Safety };
  readonly accounts: Accounts;
  readonly ledger: CleanupLedger;
  readonly log: Log;
}

/** Outcomes of a request, and the request for the rest of an organization. */
export type Cleaned = Pick<CleanupResult, 'outcomes' | 'rest'>;

/** Cleans the requests of all configured accounts. */
export class Cleaner {
  readonly #parts: CleanerParts;

  constructor(parts: CleanerParts) {
    this.#parts = parts;
  }

  /** Cleans one request, with its entry in the ledger. Never throws: every failure is an outcome. */
  async clean(request: CleanupRequest, deadline: Deadline): Promise<CleanupResult> {
    const { config, accounts, ledger } = this.#parts;
    const account = request.account ?? config.defaultAccount;
    const log = this.#parts.log.with({ id: request.id, account });
    const { source, namespace, repository, occurredAt } = request;
    log.debug('requested', { source, namespace, repository, occurredAt });
    const endWith = (outcome: Outcome): CleanupResult => {
      log.warn(outcome.outcome, { ...outcome });
      return { request, outcomes: [outcome] };
    };
    let swr: SwrClient;
    let opened: OpenedRequest;
    const issue = validateRequest(request);
    if (issue !== undefined)
      return endWith({ outcome: 'failed', code: INVALID_NAME, message: issue, retryable: false });
    try {
      swr = accounts.clientOf(account);
      opened = await ledger.open(request);
    } catch (error) {
      return endWith({ outcome: 'failed', ...failureOf(error) });
    }
    const stays = await confirmGone(opened.request, account, deadline, this.#parts);
    const context = { swr, safety: config.safety, deadline, log, ledger, repeated: opened.repeated };
    const result =
      stays === undefined
        ? { request: opened.request, ...(await cleanRequest(opened.request, context)) }
        : endWith(stays);
    await this.#close(result, log);
    return result;
  }

  /** Records the result. Without it, the deletions are still recorded, and the log has the rest. */
  async #close({ request, outcomes }: CleanupResult, log: Log): Promise<void> {
    try {
      await this.#parts.ledger.close(request, outcomes);
    } catch (error) {
      log.warn('not closed', { ...failureOf(error) });
    }
  }
}

/**
 * Cleans an opened request: one repository, or every repository of an organization. Never throws, and may be repeated.
 *
 * @param context with the client of the request's account.
 */
export async function cleanRequest(
  request: CleanupRequest,
  context: Omit<CleanupContext, 'limit'>,
): Promise<Cleaned> {
  const { ledger, safety, repeated, log } = context;
  const { repository, siblings } = request;
  const startedAt = Date.now();
  const alone = siblings === 0 && !repeated;
  const limit = new DeliveryLimit(request, { ledger, max: safety.maxTasksPerRequest, alone });
  const limited = { ...context, limit };
  const cleaning: Promise<Cleaned> =
    repository === undefined
      ? cleanOrganization(request, limited)
      : cleanRepositories(request, [repository], limited).then((outcomes) => ({ outcomes }));
  const cleaned = await cleaning.catch((error: unknown): Cleaned => {
    const failed = { outcome: 'failed', ...failureOf(error) } as const;
    logOutcome(failed, request, log);
    return { outcomes: [failed] };
  });
  log.info('cleaned', { ...countOutcomes(cleaned.outcomes), ms: Date.now() - startedAt });
  return cleaned;
}
