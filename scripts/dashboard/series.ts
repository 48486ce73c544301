import type { MetricWidget } from '../cloudwatch.ts';
import type { Recording, Sample } from './recording.ts';

/** About so many points are drawn. */
const POINTS = 60;
const PERIODS_S = [1, 5, 10, 30, 60, 300, 900, 3600];

interface Point {
  readonly at: number;
  readonly value: number;
}

export interface Series {
  readonly label: string;
  readonly color: string;
  readonly axis: 'left' | 'right';
  /** One for each period in which there was something; those of others are missing. */
  readonly points: readonly Point[];
}

/** The time that is drawn. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
}

/** A span of whole periods, of a length that suits how long the recording is: a soak is over sooner than a day. */
export function spanOf({ from, to }: Pick<Recording, 'from' | 'to'>): Span {
  const wanted = (to - from) / 1000 / POINTS;
  const periodMs = (PERIODS_S.find((seconds) => seconds >= wanted) ?? 3600) * 1000;
  const start = Math.floor(from / periodMs) * periodMs;
  return { from: start, to: Math.floor(to / periodMs + 1) * periodMs, periodMs };
}

/** What a widget shows of a recording. */
export function seriesOf(
  { properties }: MetricWidget,
  { samples }: Recording,
  span: Span,
): readonly Series[] {
  return properties.metrics.map(
    ([namespace, name, dimension, value, { label, color, stat, yAxis: axis = 'left' as const }]) => {
      const own = samples.filter(
        (sample) =>
          sample.namespace === namespace &&
          sample.name === name &&
          isValue(sample.dimensions[dimension], value),
      );
      return { label, color, axis, points: toPoints(own, stat ?? properties.stat, span) };
    },
  );
}

/** What only CloudFormation knows, such as the id of the API, is there once. */
function isValue(found: unknown, wanted: string): boolean {
  return found === wanted || (found !== undefined && wanted.startsWith('${'));
}

function toPoints(samples: readonly Sample[], stat: string, { periodMs }: Span): Point[] {
  const periods = Map.groupBy(samples, ({ at }) => Math.floor(at / periodMs) * periodMs);
  return [...periods]
    .map(([at, inPeriod]) => ({
      at,
      value: summarize(
        inPeriod.flatMap(({ values }) => values),
        stat,
      ),
    }))
    .toSorted((one, other) => one.at - other.at);
}

/** @throws {Error} for a statistic that no widget has used so far. */
export function summarize(values: readonly number[], stat: string): number {
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (stat === 'Maximum') return Math.max(...values);
  const percentile = /^p(\d+)$/.exec(stat)?.[1];
  if (percentile === undefined) throw new Error(`the statistic ${stat} is not known`);
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((Number(percentile) / 100) * sorted.length) - 1] ?? 0;
}
