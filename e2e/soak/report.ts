import { count } from '../../cli/table.ts';
import type { QueueDepth } from '../../local/queues.ts';
import type { SoakOptions } from './soak-options.ts';
import type { Tally } from './tally.ts';

const MAX_PROBLEMS = 20;
/** As many parts of a line as fit beside its title. Each ends with a number. */
const LINE = /.{1,92}\d(?:, |$)/g;
/** Groups of counts with their titles, in the order of the text. */
const TITLES = {
  ways: 'events',
  deliveries: 'deliveries',
  sentAgain: 'sent again',
  messages: 'messages',
  calls: 'calls',
  faults: 'faults',
  awsFaults: 'AWS faults',
  kills: 'kills',
  outcomes: 'outcomes',
  sweeps: 'sweeps',
  deadLetters: 'dead letters',
  tasks: 'tasks',
  ledger: 'ledger',
};

/** Result of a soak test. */
export interface SoakReport {
  readonly options: Pick<SoakOptions, 'seed' | 'events'>;
  readonly seconds: number;
  readonly tally: Tally;
  /** One line each; none if all is well. */
  readonly problems: readonly string[];
}

/** The report as a document. */
export function toDocument({ options: { seed, events }, seconds, tally, problems }: SoakReport) {
  const groups = Object.keys(TITLES).map((group) => [group, tally.of(group)] as const);
  const eventsPerSecond = round(events / seconds);
  return { seed, events, seconds: round(seconds), eventsPerSecond, ...Object.fromEntries(groups), problems };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** The report as text, with the command that repeats the run. */
export function describeReport({ options: { seed, events }, seconds, tally, problems }: SoakReport): string {
  const summary = problems.length === 0 ? 'All is well' : count(problems.length, 'problem');
  const share = ((100 * tally.sum('faults')) / Math.max(1, tally.sum('calls'))).toFixed(1);
  return [
    ...Object.entries(TITLES).flatMap(([group, title]) =>
      section(group === 'faults' ? `faults (${share} %)` : title, tally.of(group)),
    ),
    '',
    `${summary}: ${events} events in ${round(seconds)} s, ${round(events / seconds)} a second. Seed ${seed}.`,
    ...problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${problem}`),
    ...(problems.length > MAX_PROBLEMS ? [`  and ${problems.length - MAX_PROBLEMS} more`] : []),
    ...(problems.length > 0 ? [`Again: npm run soak -- --events ${events} --seed ${seed}`] : []),
  ].join('\n');
}

/** The counts of one group, in as many lines as they need. */
function section(title: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([name, number]) => `${name} ${number.toLocaleString('en')}`);
  const lines = parts.join(', ').match(LINE) ?? [];
  return lines.map((line, index) => `${(index === 0 ? title : '').padEnd(16)} ${line.trimEnd()}`);
}

/** The progress as a line. */
export function describeProgress(tally: Tally, { waiting, inFlight }: QueueDepth, seconds: number): string {
  const counts = {
    sent: tally.sum('deliveries'),
    waiting,
    'in flight': inFlight,
    done: tally.of('messages')['removed'] ?? 0,
    faults: tally.sum('faults') + tally.sum('awsFaults'),
    kills: tally.sum('kills'),
  };
  const texts = Object.entries(counts).map(([name, number]) => `${name} ${number}`);
  return `${seconds.toFixed(0).padStart(5)} s  ${texts.join(', ')}`;
}
