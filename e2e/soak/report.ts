import type { SoakResult } from './checks/check-all.ts';
import type { SoakOptions } from './soak-options.ts';
import type { Tally } from './tally.ts';

const MAX_PROBLEMS = 20;
const WIDTH = 110;

export interface ReportParts {
  readonly options: Pick<SoakOptions, 'seed' | 'events'>;
  readonly seconds: number;
  readonly tally: Tally;
  readonly result: SoakResult;
  /** Problems found before the checks. */
  readonly problems: readonly string[];
}

export type SoakReport = ReturnType<typeof makeReport>;

/** Result of a soak test; no problems if all is well. */
export function makeReport({ options: { seed, events }, seconds, tally, result, problems }: ReportParts) {
  const { 'sweep finished': finished } = tally.of('lines');
  return {
    seed,
    events,
    seconds: round(seconds),
    eventsPerSecond: round(events / seconds),
    /** Events by the way they came in. */
    ways: tally.of('ways'),
    /** Deliveries, by why they were made. */
    deliveries: tally.of('sent'),
    sentAgain: tally.of('sent again'),
    calls: tally.of('calls'),
    faults: tally.of('faults'),
    awsFaults: tally.of('aws faults'),
    kills: tally.of('kills'),
    messages: tally.of('receives'),
    outcomes: tally.of('outcomes'),
    sweeps: { ...tally.of('sweeps'), ...(finished !== undefined && { finished }) },
    ...result,
    problems: [...problems, ...result.problems],
  };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** Groups of counts in the order of the text. */
const TITLES = [
  ['ways', 'events'],
  ['deliveries', 'deliveries'],
  ['sentAgain', 'sent again'],
  ['messages', 'messages'],
  ['calls', 'calls'],
  ['faults', 'faults'],
  ['awsFaults', 'AWS faults'],
  ['kills', 'kills'],
  ['outcomes', 'outcomes'],
  ['sweeps', 'sweeps'],
  ['deadLetters', 'dead letters'],
  ['tasks', 'tasks'],
  ['ledger', 'ledger'],
] as const;

/** The report as text, with the command that repeats the run. */
export function describeReport(report: SoakReport): string {
  const { seed, events, seconds, eventsPerSecond, problems } = report;
  const summary = problems.length === 0 ? 'All is well' : `${problems.length} problems`;
  const share = ((100 * sum(report.faults)) / Math.max(1, sum(report.calls))).toFixed(1);
  return [
    ...TITLES.flatMap(([key, title]) =>
      section(key === 'faults' ? `faults (${share} %)` : title, report[key]),
    ),
    '',
    `${summary}: ${events} events in ${seconds} s, ${eventsPerSecond} a second. Seed ${seed}.`,
    ...problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${problem}`),
    ...(problems.length > MAX_PROBLEMS ? [`  and ${problems.length - MAX_PROBLEMS} more`] : []),
    ...(problems.length > 0 ? [`Again: npm run soak -- --events ${events} --seed ${seed}`] : []),
  ].join('\n');
}

/** The counts of one group, in as many lines as they need. */
function section(title: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  if (parts.length === 0) return [];
  const lines = [`${title.padEnd(16)} `];
  for (const [index, part] of parts.entries()) {
    const text = index < parts.length - 1 ? `${part}, ` : part;
    const line = lines.at(-1) ?? '';
    if (line.trim() !== '' && line.length + text.length > WIDTH) lines.push(' '.repeat(17) + text);
    else lines[lines.length - 1] = line + text;
  }
  return lines.map((line, index) => (index < lines.length - 1 ? line.trimEnd() : line));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
