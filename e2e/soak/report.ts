import type { SoakOptions } from './soak-options.ts';
import type { Tally } from './tally.ts';
import type { Verdict } from './verdict/judge.ts';

type Counts = Readonly<Record<string, number>>;

/** How a soak test went. */
export interface SoakReport extends Omit<Verdict, 'problems'> {
  readonly seed: number;
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Events by the way they came in. */
  readonly ways: Counts;
  /** Deliveries, by why they were made. */
  readonly deliveries: Counts;
  readonly sentAgain: Counts;
  readonly calls: Counts;
  readonly faults: Counts;
  readonly awsFaults: Counts;
  readonly kills: Counts;
  readonly messages: Counts;
  readonly outcomes: Counts;
  /** Dry runs, if any were wanted. */
  readonly sweeps: Counts;
  /** What is wrong, a line each; none if all is well. */
  readonly problems: readonly string[];
}

export interface ReportParts {
  readonly options: SoakOptions;
  readonly seconds: number;
  readonly tally: Tally;
  readonly verdict: Verdict;
  /** What went wrong before it was judged. */
  readonly problems: readonly string[];
}

export function makeReport({ options, seconds, tally, verdict, problems }: ReportParts): SoakReport {
  const { seed, events } = options;
  return {
    seed,
    events,
    seconds: round(seconds),
    eventsPerSecond: round(events / seconds),
    ways: tally.of('ways'),
    deliveries: tally.of('sent'),
    sentAgain: tally.of('sent again'),
    calls: tally.of('calls'),
    faults: tally.of('faults'),
    awsFaults: tally.of('aws faults'),
    kills: tally.of('kills'),
    messages: tally.of('receives'),
    outcomes: tally.of('outcomes'),
    sweeps: sweepsIn(tally),
    ...verdict,
    problems: [...problems, ...verdict.problems],
  };
}

function sweepsIn(tally: Tally): Counts {
  const { 'sweep finished': finished } = tally.of('lines');
  return { ...tally.of('sweeps'), ...(finished !== undefined && { finished }) };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
