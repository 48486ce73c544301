import type { Command } from 'commander';
import pMap from 'p-map';
import { UsageError } from '../../command-line/options.ts';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import type { History, LedgerEntry } from '../../lib/ledger/history.ts';
import { formatImageName, type ImageName, parseImageName, parseTime } from '../arguments.ts';
import { formatCaller } from '../caller.ts';
import { openHistory } from '../resources.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { chooseAccount, openStage, type Stage } from '../stage.ts';
import { count, formatTable, formatTime } from '../table.ts';

/** Options that select entries of the ledger. */
export interface HistoryOptions extends GlobalOptions {
  readonly delivery?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface HistoryQuery {
  readonly name: ImageName | undefined;
  readonly delivery: string | undefined;
  /** All accounts if missing. */
  readonly account: string | undefined;
  readonly from: string;
  readonly to: string;
}

const MAX_CONCURRENT = { concurrency: 8 };

/** Beginning of the window where no option selects entries. */
const DEFAULT_SINCE = '1d';

/** Adds the options that select entries of the ledger. */
export function addHistoryOptions(command: Command): Command {
  return command
    .option('--delivery <id>', 'entries of this delivery')
    .option('--since <time>', 'ISO 8601, a day, or an age: 2026-11-24T03:00:00Z, 2026-11-24, 2h, 3d')
    .option('--until <time>', 'the same; now if missing');
}

/** Adds `swr-sync history`. */
export const addHistory = defineCommand<HistoryOptions>({
  usage: 'history [NAMESPACE[/REPOSITORY]]',
  summary: 'show what was deleted, when, and why',
  description:
    'Shows entries of the ledger, the latest last: those of the last 24 hours, unless an argument or option selects others.',
  addOptions: addHistoryOptions,
  examples: [
    'history --stage prod --since 2h',
    'history acme-images/payments/api --stage prod',
    'history --delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958 --stage prod --json',
  ],
  work: showHistory,
});

async function showHistory([text]: readonly string[], options: HistoryOptions, run: Run): Promise<boolean> {
  const stage = await openStage(options, run);
  const query = readHistoryQuery(text, options, stage, DEFAULT_SINCE);
  const history = await openHistory(stage);
  const found = await readHistory(history, query, run);
  const entries = await pMap(
    found,
    async (entry) => (entry.kind === 'request' ? history.sumUp(entry) : entry),
    MAX_CONCURRENT,
  );
  const { from, to } = query;
  run.result({ stage: stage.name, from, to, entries: entries.map(describeEntry) }, () =>
    formatEntries(entries),
  );
  run.say(`${count(entries.length, 'entry')} from ${formatTime(from)} to ${formatTime(to)} (UTC).`);
  return true;
}

function describeEntry(entry: LedgerEntry) {
  const { key: _, ...rest } = entry;
  return rest;
}

function formatEntries(entries: readonly LedgerEntry[]): string {
  return formatTable(
    ['TIME (UTC)', 'ENTRY', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'DELIVERY', 'SOURCE', 'BY', 'NOTE'],
    entries.map((entry) => [
      formatTime(entry.at),
      entry.kind === 'request' ? 'request' : entry.outcome,
      entry.account,
      formatImageName(entry),
      entry.kind === 'task' ? nameOf(entry.target) : '',
      entry.deliveryId ?? entry.id,
      entry.source ?? '',
      entry.by === undefined ? '' : formatCaller(entry.by),
      explainEntry(entry),
    ]),
  );
}

function explainEntry(entry: LedgerEntry): string {
  if (entry.kind === 'task') {
    const { restoredAt, restoredBy, message = '' } = entry;
    if (restoredAt === undefined) return message;
    return describeWork('restored', restoredAt, restoredBy);
  }
  const counts = Object.entries(entry.counts).map(([outcome, number]) => `${number} ${outcome}`);
  const end = entry.closedAt === undefined ? 'not finished' : counts.join(', ') || 'nothing to do';
  const { seen, retriedAt, retriedBy, droppedAt, droppedBy } = entry;
  return [
    end,
    ...(seen > 1 ? [`${seen} attempts`] : []),
    ...(retriedAt === undefined ? [] : [describeWork('retried', retriedAt, retriedBy)]),
    ...(droppedAt === undefined ? [] : [describeWork('dropped', droppedAt, droppedBy)]),
  ].join('; ');
}

/** Manual work in a note, such as `restored 2026-11-24 07:58:53 by user/alice`. */
function describeWork(what: string, at: string, by: string | undefined): string {
  return `${what} ${formatTime(at)}${by === undefined ? '' : ` by ${formatCaller(by)}`}`;
}

/**
 * Makes a query of the command line.
 *
 * @param since beginning, unless the command line has one, a delivery or a name.
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
    // The ledger is queried day by day, and has no entries of the future.
    to: to < now ? to : now,
  };
}

/**
 * Reads the entries of a query, the earliest first.
 *
 * @throws {UsageError} if there are none.
 */
export async function readHistory(
  history: History,
  query: HistoryQuery,
  { interruption }: Run,
): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for await (const entry of entriesOf(history, query)) {
    if (isSelected(entry, query)) found.push(entry);
    if (!interruption.allowsMore()) break;
  }
  if (found.length > 0) return found.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  throw new UsageError(`The ledger has no entries ${describeQuery(query)}.`);
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

function isSelected(entry: LedgerEntry, { name, account, from, to }: HistoryQuery): boolean {
  const { namespace = entry.namespace, repository = entry.repository } = name ?? {};
  return (
    entry.namespace === namespace &&
    entry.repository === repository &&
    entry.account === (account ?? entry.account) &&
    entry.at >= from &&
    entry.at <= to
  );
}

function describeQuery({ name, delivery, account, from, to }: HistoryQuery): string {
  const parts = [
    name && `about ${formatImageName(name)}`,
    delivery && `of delivery ${delivery}`,
    account && `of account ${account}`,
    `from ${from} to ${to}`,
  ];
  return parts.filter(Boolean).join(' ');
}
