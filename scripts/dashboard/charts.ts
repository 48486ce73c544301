import type { TopLevelSpec } from 'vega-lite';
import type { Field } from 'vega-lite/types_unstable/channeldef.js';
import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';
import type { MetricWidget, Widget } from '../cloudwatch.ts';
import type { Recording, Sample } from './recording.ts';

/** Approximate number of points of a line. */
const POINTS = 60;
const PERIODS_S = [1, 5, 10, 15, 30, 60, 300, 900, 3600];
const WIDTH = 330;
const HEIGHT = 170;
const GREY = '#545b64';
/** The data of a mark that doesn't depend on any. */
const ONE_ROW = { values: [{}] };
/** The caption of a chart without data. */
const NOTHING: UnitSpec<Field> = {
  data: ONE_ROW,
  mark: { type: 'text', text: 'nothing recorded', color: GREY },
  encoding: { x: { value: WIDTH / 2 }, y: { value: HEIGHT / 2 } },
};
type Metric = MetricWidget['properties']['metrics'][number];
type Threshold = NonNullable<MetricWidget['properties']['annotations']>['horizontal'][number];

/** The time that is drawn. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
}

/** Describes a dashboard with the metrics of a recording to Vega-Lite. */
export function describeDashboard(widgets: readonly Widget[], { samples }: Recording): TopLevelSpec {
  const span = spanOf(samples);
  const markdown = widgets.flatMap(({ type, properties }) => (type === 'text' ? [properties.markdown] : []));
  const [heading = '', ...paragraphs] = markdown.join('\n\n').replaceAll(/^# |`/g, '').split('\n\n');
  const [from, to] = [span.from, span.to].map((at) =>
    new Date(at).toISOString().slice(0, 19).replace('T', ' '),
  );
  const recorded = `Drawn from a recording: ${from} to ${to} UTC, one point per ${span.periodMs / 1000} s`;
  return {
    title: { text: heading, subtitle: [...paragraphs, recorded], fontSize: 19, offset: 24 },
    padding: 20,
    background: '#fff',
    columns: 3,
    spacing: { row: 104, column: 100 },
    bounds: 'flush',
    concat: widgets.flatMap((widget) =>
      widget.type === 'text' ? [] : [describeChart(widget, samples, span)],
    ),
    resolve: { scale: { color: 'independent' } },
    config: {
      font: 'DejaVu Sans',
      title: { fontSize: 13, anchor: 'start', frame: 'group', subtitleColor: GREY, subtitlePadding: 8 },
      axis: {
        titleColor: GREY,
        labelColor: GREY,
        titleFontWeight: 'normal',
        gridColor: '#eaeded',
        tickMinStep: 1,
      },
      legend: {
        orient: 'bottom',
        title: null,
        labelColor: GREY,
        symbolType: 'square',
        labelLimit: 0,
        offset: 8,
      },
      view: { stroke: null },
    },
  };
}

/** A span of whole periods, with a period that suits the length of the recording. */
function spanOf(samples: readonly Sample[]): Span {
  const [first = 0, last = 0] = [samples[0]?.at, samples.at(-1)?.at];
  const periodMs = 1000 * (PERIODS_S.find((seconds) => seconds >= (last - first) / 1000 / POINTS) ?? 3600);
  const from = Math.floor(first / periodMs) * periodMs;
  return { from, to: Math.floor(last / periodMs + 1) * periodMs, periodMs };
}

function describeChart(
  { properties }: MetricWidget,
  samples: readonly Sample[],
  span: Span,
): LayerSpec<Field> {
  const { title, stacked, stat, period, yAxis, annotations, metrics } = properties;
  // A period without a value interrupts a line, and is zero in a stack.
  const nothing = stacked ? 0 : null;
  const rows = metrics.flatMap((metric, order) => {
    const { label, yAxis: side = 'left' } = metric[4];
    const points = pointsOf(metric, samples, span, stat);
    return points.map(({ at, value }) => ({ at, value: value ?? nothing, label, side, order }));
  });
  // The threshold of a sum holds for the widget's own period.
  const isComparable = stat !== 'Sum' || period * 1000 === span.periodMs;
  const thresholds = isComparable ? (annotations?.horizontal ?? []) : [];
  const drawMetrics = (side: 'left' | 'right'): UnitSpec<Field> => {
    const values = rows.filter((row) => row.side === side);
    const isFlat = thresholds.length === 0 && values.every(({ value }) => !value);
    return {
      data: { values },
      mark: stacked ? 'area' : { type: 'line', strokeWidth: 1.8, point: { size: 12 } },
      encoding: {
        x: {
          field: 'at',
          type: 'temporal',
          scale: { type: 'utc', domain: [span.from, span.to] },
          axis: { title: null, format: '%H:%M', grid: false, tickCount: 5 },
        },
        y: {
          field: 'value',
          type: 'quantitative',
          stack: stacked ? 'zero' : null,
          axis: { title: yAxis[side]?.label ?? null, orient: side, tickCount: 4, grid: side === 'left' },
          scale: isFlat ? { domain: [0, 1] } : { domainMin: 0, nice: true },
        },
        color: {
          field: 'label',
          scale: {
            domain: metrics.map(([, , , , { label }]) => label),
            range: metrics.map(([, , , , { color }]) => color),
          },
        },
        order: { field: 'order' },
      },
    };
  };
  const isEmpty = rows.every(({ value }) => value === null);
  const left = [drawMetrics('left'), ...thresholds.flatMap(describeThreshold), ...(isEmpty ? [NOTHING] : [])];
  return {
    title,
    width: WIDTH,
    height: HEIGHT,
    layer: [{ layer: left }, ...(yAxis.right === undefined ? [] : [drawMetrics('right')])],
    resolve: { scale: { y: 'independent' } },
  };
}

function describeThreshold({ label, value, color }: Threshold): UnitSpec<Field>[] {
  const y = { datum: value };
  const text = `${label} above ${value.toLocaleString('en-US')}`;
  return [
    { data: ONE_ROW, mark: { type: 'rule', color, strokeDash: [4, 3] }, encoding: { y } },
    {
      data: ONE_ROW,
      mark: { type: 'text', text, color, align: 'right', dy: 9 },
      encoding: { y, x: { value: WIDTH } },
    },
  ];
}

/** The values of a metric, one per period; undefined in a period without samples. */
export function pointsOf(
  [namespace, name, dimension, wanted, { stat }]: Metric,
  samples: readonly Sample[],
  { from, to, periodMs }: Span,
  widgetStat: string,
) {
  const own = samples.filter((sample) => {
    const found = sample.dimensions[dimension];
    // Only CloudFormation knows a value such as the id of the API.
    const isWanted = found === wanted || (found !== undefined && wanted.startsWith('${'));
    return sample.namespace === namespace && sample.name === name && isWanted;
  });
  const periods = Map.groupBy(own, ({ at }) => Math.floor((at - from) / periodMs));
  return Array.from({ length: (to - from) / periodMs }, (_, index) => {
    const values = periods.get(index)?.flatMap((sample) => sample.values);
    return { at: from + index * periodMs, value: values && summarize(values, stat ?? widgetStat) };
  });
}

/** @throws {Error} for a statistic other than Sum, Maximum and percentiles. */
export function summarize(values: readonly number[], stat: string): number {
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (stat === 'Maximum') return Math.max(...values);
  const percentile = /^p(\d+)$/.exec(stat)?.[1];
  if (percentile === undefined) throw new Error(`Unknown statistic "${stat}": use Sum, Maximum or pNN.`);
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((Number(percentile) / 100) * sorted.length) - 1] ?? 0;
}
