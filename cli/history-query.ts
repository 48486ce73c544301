import { UsageError } from '../command-line/options.ts';
import type { History, LedgerEntry } from '../lib/ledger/history.ts';
import { formatImageName, type ImageName, parseImageName } from './names.ts';
import type { GlobalOptions, Run } from './run.ts';
import { chooseAccount, type Stage } from './stage.ts';
import { parseTime } from './times.ts';

/** Which entries of the ledger are meant. */
export interface HistoryOptions extends GlobalOptions {
  readonly delivery?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface HistoryQuery {
  readonly name: ImageName | undefined;
  readonly delivery: string | undefined;
  /** Of all accounts if missing. */
  readonly account: string | undefined;
  readonly from: string;
  readonly to: string;
}

/**
 * Makes a query of what was said on the command line.
 *
 * @param since what counts where no beginning, no delivery and no name is given.
 * @throws {UsageError}
 */
export function readHistoryQuery(
  text: string | undefined,
  options: HistoryOptions,
  stage: Stage,
  since: string,
  nowMs = Date.now(),
): HistoryQuery {
  const name = text === undefined ? undefined : parseImageName(text);
  const { delivery } = options;
  const isNarrow = name !== undefined || delivery !== undefined;
  const start = options.since ?? (isNarrow ? `${stage.config.ledger.retentionDays}d` : since);
  const from = parseTime(start, nowMs);
  const now = new Date(nowMs).toISOString();
  const to = options.until === undefined ? now : parseTime(options.until, nowMs);
  if (from > to) throw new UsageError(`The window ends before it begins: ${from} to ${to}.`);
  return {
    name,
    delivery,
    account: options.account === undefined && name === undefined ? undefined : chooseAccount(stage, options),
    from,
    // Nothing has happened after now, and the ledger is asked for every day.
    to: to < now ? to : now,
  };
}

/**
 * What the ledger has, and the earliest first.
 *
 * @throws {UsageError} if it has nothing.
 */
export async function readHistory(
  history: History,
  query: HistoryQuery,
  { interruption }: Run,
): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for await (const entry of entriesOf(history, query)) {
    if (isMeant(entry, query)) found.push(entry);
    if (!interruption.allowsMore()) break;
  }
  if (found.length > 0) return found.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  throw new UsageError(`The ledger has nothing ${describeQuery(query)}.`);
}

function entriesOf(
  history: History,
  { name, delivery, account, from, to }: HistoryQuery,
): AsyncGenerator<LedgerEntry> {
  if (delivery !== undefined) return history.ofDelivery(delivery);
  if (name !== undefined && account !== undefined)
    return history.ofRepository({ account, ...name }, { from, to });
  return history.ofPeriod({ from, to });
}

function isMeant(entry: LedgerEntry, { name, account, from, to }: HistoryQuery): boolean {
  const isRightName =
    name === undefined ||
    (entry.namespace === name.namespace &&
      (name.repository === undefined || entry.repository === name.repository));
  return (
    isRightName && (account === undefined || entry.account === account) && entry.at >= from && entry.at <= to
  );
}

function describeQuery({ name, delivery, account, from, to }: HistoryQuery): string {
  return [
    ...(name === undefined ? [] : [`about ${formatImageName(name)}`]),
    ...(delivery === undefined ? [] : [`of delivery ${delivery}`]),
    ...(account === undefined ? [] : [`of account ${account}`]),
    `from ${from} to ${to}`,
  ].join(' ');
}
