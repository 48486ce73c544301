import type { Command } from 'commander';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import type { LedgerEntry } from '../../lib/ledger/history.ts';
import { formatExamples } from '../changing.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { type HistoryOptions, readHistory, readHistoryQuery } from '../history-query.ts';
import { formatImageName } from '../names.ts';
import { openHistory } from '../resources.ts';
import { act, type Run } from '../run.ts';
import { openStage } from '../stage.ts';
import { count, formatTable } from '../table.ts';
import { formatTime } from '../times.ts';

/** What is shown where nothing narrows it down. */
const DEFAULT_SINCE = '1d';

/** Gives a command the options that choose entries of the ledger. */
export function addHistoryOptions(command: Command): Command {
  return command
    .option('--delivery <id>', 'what this delivery has led to')
    .option('--since <time>', 'ISO 8601, a day, or so long ago: 2026-11-24T03:00:00Z, 2026-11-24, 2h, 3d')
    .option('--until <time>', 'the same; now if missing');
}

export function addHistory(program: Command): void {
  addHistoryOptions(program.command('history').argument('[NAMESPACE[/REPOSITORY]]'))
    .summary('show what was deleted, when, and why')
    .description(
      'Shows what the ledger has, the latest last. Without anything else, that of the last 24 hours.',
    )
    .addHelpText(
      'after',
      formatExamples(
        'history --stage prod --since 2h',
        'history acme-images/payments/api --stage prod',
        'history --delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958 --stage prod --json',
      ),
    )
    .action(function () {
      const options = this.optsWithGlobals<HistoryOptions>();
      return act(options, (run) => history(this.args[0], options, run));
    });
}

async function history(text: string | undefined, options: HistoryOptions, run: Run): Promise<ExitStatus> {
  const stage = await openStage(options);
  const query = readHistoryQuery(text, options, stage, DEFAULT_SINCE);
  const entries = await readHistory(await openHistory(stage), query, run);
  run.result({ stage: stage.name, from: query.from, to: query.to, entries: entries.map(documentOf) }, () =>
    format(entries),
  );
  run.say(
    `${count(entries.length, 'entry')} from ${formatTime(query.from)} to ${formatTime(query.to)} (UTC).`,
  );
  return EXIT.done;
}

function documentOf(entry: LedgerEntry) {
  const { key: _, ...rest } = entry;
  return rest;
}

function format(entries: readonly LedgerEntry[]): string {
  return formatTable(
    ['TIME (UTC)', 'WHAT', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'DELIVERY', 'SOURCE', 'NOTE'],
    entries.map((entry) => [
      formatTime(entry.at),
      entry.kind === 'request' ? 'request' : entry.outcome,
      entry.account,
      formatImageName(entry),
      entry.kind === 'task' ? nameOf(entry.target) : '',
      entry.deliveryId ?? entry.id,
      entry.source ?? '',
      noteOf(entry),
    ]),
  );
}

function noteOf(entry: LedgerEntry): string {
  if (entry.kind === 'task') {
    if (entry.restoredAt !== undefined) return `restored ${formatTime(entry.restoredAt)}`;
    return entry.message ?? '';
  }
  const counts = Object.entries(entry.counts).map(([outcome, number]) => `${number} ${outcome}`);
  const end = entry.closedAt === undefined ? 'not finished' : counts.join(', ') || 'nothing to do';
  return entry.seen === 1 ? end : `${end}; tried ${entry.seen} times`;
}
