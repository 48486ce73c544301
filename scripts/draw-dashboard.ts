/** `npm run dashboard`: draws the dashboard of `serverless.yml` with the metrics of a recording. */
import { readFile, writeFile } from 'node:fs/promises';
import { Resvg } from '@resvg/resvg-js';
import * as v from 'valibot';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Field } from 'vega-lite/types_unstable/channeldef.js';
import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';
import { runCommand, UsageError } from '../command-line/options.ts';
import { dashboardWidgets, type MetricWidget } from './cloudwatch.ts';

const USAGE = 'Usage: npm run dashboard -- RECORDING FILE.png (RECORDING: see npm run soak -- --record)';
/** Approximate number of points of a line. */
const POINTS = 60;
const PERIODS_S = [1, 5, 10, 15, 30, 60, 300, 900, 3600];
const GREY = '#545b64';
type Unit = UnitSpec<Field>;
/** Statistics as quantiles; a sum is none. All of one chart are sums, or none is. */
const SHARES = { Sum: undefined, Maximum: 1, p99: 0.99, p50: 0.5 };
/** A mark that depends on no data; without a position it is in the middle. */
function fixed(mark: Unit['mark'], encoding: Unit['encoding'] & object = {}): Unit {
  return { data: { values: [{}] }, mark, encoding };
}
const NOTHING = fixed({ type: 'text', text: 'nothing recorded', color: GREY });
/** Has an axis reach 1 where all values are 0. */
const AT_LEAST_ONE = fixed({ type: 'point', opacity: 0 }, { y: { datum: 1 } });
/** Look of all charts. */
const CONFIG = {
  font: 'DejaVu Sans',
  title: { fontSize: 13, anchor: 'start', frame: 'group', subtitleColor: GREY, subtitlePadding: 8 },
  axisX: { title: null, format: '%H:%M', grid: false, tickCount: 5 },
  axis: { titleColor: GREY, labelColor: GREY, titleFontWeight: 'normal', gridColor: '#eee', tickMinStep: 1 },
  legend: { orient: 'bottom', title: null, labelColor: GREY, symbolType: 'square', labelLimit: 0, offset: 8 },
  view: { stroke: null, continuousWidth: 330, continuousHeight: 170 },
} as const;

const directiveSchema = v.object({
  Namespace: v.string(),
  Dimensions: v.array(v.array(v.string())),
  Metrics: v.array(v.object({ Name: v.string() })),
});
const metricLineSchema = v.looseObject({
  _aws: v.object({ Timestamp: v.number(), CloudWatchMetrics: v.array(directiveSchema) }),
});
const logLineSchema = v.object({
  time: v.string(),
  event: v.string(),
  function: v.string(),
  stage: v.string(),
  status: v.fallback(v.optional(v.number()), undefined),
});

/** One value of a metric, at a time in milliseconds since the epoch. */
type Sample = Readonly<{ metric: string; at: number; value: number }>;

/** Names a metric by its namespace, name and dimensions. */
const idOf = (...parts: readonly unknown[]) => parts.join(' ');

/**
 * Reads the log lines and metrics of a run, one JSON object a line.
 *
 * @throws {UsageError} if the file holds no metrics of a stage.
 */
export async function readRecording(file: string) {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const objects = lines.map((line): unknown => JSON.parse(line));
  const logs = objects.filter((each) => v.is(logLineSchema, each));
  const metrics = objects.filter((each) => v.is(metricLineSchema, each));
  const samples = [...metrics.flatMap(readMetrics), ...logs.flatMap(countErrors)];
  const stage = logs[0]?.stage;
  if (stage === undefined || samples.length === 0)
    throw new UsageError(`No metrics in ${file}. Record some: npm run soak -- --record ${file}`);
  return { stage, samples };
}

function readMetrics({ _aws, ...fields }: v.InferOutput<typeof metricLineSchema>): Sample[] {
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.flatMap((names) => {
        const metric = idOf(Namespace, Name, ...names.flatMap((name) => [name, fields[name]]));
        const values = [v.parse(v.union([v.number(), v.array(v.number())]), fields[Name])].flat();
        return values.map((value) => ({ metric, at: _aws.Timestamp, value }));
      }),
    ),
  );
}

/** Errors as Lambda and API Gateway count them: no function prints these metrics. */
function countErrors(line: v.InferOutput<typeof logLineSchema>): Sample[] {
  const error = { at: Date.parse(line.time), value: 1 };
  const name = `swr-sync-cleanup-${line.stage}-${line.function}`;
  if (line.event === 'invocation failed')
    return [{ ...error, metric: idOf('AWS/Lambda', 'Errors', 'FunctionName', name) }];
  if (line.event === 'rejected' && (line.status ?? 0) >= 500)
    return [{ ...error, metric: idOf('AWS/ApiGateway', '5xx', 'ApiId', '${HttpApi}') }];
  return [];
}

type Recording = Awaited<ReturnType<typeof readRecording>>;
type Span = Readonly<Record<'start' | 'stop' | 'step', number>>;

/** Draws the dashboard of a recording's stage as an SVG. */
export async function drawDashboard({ stage, samples }: Recording): Promise<string> {
  const times = samples.map(({ at }) => at).toSorted((one, other) => one - other);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const step = 1000 * (PERIODS_S.find((seconds) => seconds >= (last - first) / 1000 / POINTS) ?? 3600);
  const span = { start: first - (first % step), stop: last - (last % step) + step, step };
  const widgets = dashboardWidgets(stage);
  const markdown = widgets.flatMap(({ type, properties }) => (type === 'text' ? [properties.markdown] : []));
  const [heading = '', ...paragraphs] = markdown.join('\n\n').replaceAll(/^# |`/g, '').split('\n\n');
  const [from, to] = [span.start, span.stop].map((at) =>
    new Date(at).toISOString().replace(/T(.{8}).*/, ' $1'),
  );
  const recorded = `Drawn from a recording: ${from} to ${to} UTC, one point per ${step / 1000} s`;
  const description: TopLevelSpec = {
    title: { text: heading, subtitle: [...paragraphs, recorded], fontSize: 19, offset: 24 },
    padding: 20,
    columns: 3,
    spacing: { row: 104, column: 100 },
    bounds: 'flush',
    concat: widgets.flatMap((each) => (each.type === 'text' ? [] : [describeChart(each, samples, span)])),
    resolve: { scale: { color: 'independent' } },
    config: CONFIG,
  };
  return new View(parse(compile(description).spec)).toSVG();
}

function describeChart({ properties }: MetricWidget, samples: Sample[], span: Span): LayerSpec<Field> {
  const { title, stacked, period, yAxis, annotations, metrics } = properties;
  const values = metrics.flatMap(([namespace, name, dimension, value, options], order) => {
    const { label, yAxis: side = 'left', stat = properties.stat } = options;
    const own = samples.filter(({ metric }) => metric === idOf(namespace, name, dimension, value));
    return own.map((sample) => ({ ...sample, label, side, order, share: SHARES[stat] }));
  });
  const shares = [...new Set(values.flatMap(({ share = [] }) => share))];
  const series = ['label', 'side', 'order', 'share'];
  const groupby = ['start', ...series];
  const summarize: Unit['transform'] =
    shares.length === 0
      ? [{ aggregate: [{ op: 'sum', field: 'value', as: 'value' }], groupby }]
      : [{ quantile: 'value', probs: shares, groupby }, { filter: 'datum.prob === datum.share' }];
  const lines = metrics.map(([, , , , options]) => options);
  const scale = { domain: lines.map(({ label }) => label), range: lines.map(({ color }) => color) };
  const drawMetrics = (side: 'left' | 'right'): Unit => ({
    transform: [{ filter: { field: 'side', equal: side } }],
    mark: stacked ? 'area' : { type: 'line', strokeWidth: 1.8, point: { size: 12 } },
    encoding: {
      x: { field: 'start', type: 'temporal', scale: { type: 'utc', domain: [span.start, span.stop] } },
      y: {
        field: 'value',
        type: 'quantitative',
        title: yAxis[side]?.label ?? null,
        stack: stacked ? 'zero' : null,
        axis: { orient: side, tickCount: 4, grid: side === 'left' },
      },
      color: { field: 'label', scale },
      order: { field: stacked ? 'order' : 'start' },
    },
  });
  // The threshold of a sum holds for the widget's own period.
  const isComparable = properties.stat !== 'Sum' || period * 1000 === span.step;
  const thresholds = isComparable ? (annotations?.horizontal ?? []) : [];
  const limits = thresholds.flatMap(({ label, value, color }) => {
    const [y, text] = [{ datum: value }, `${label} above ${value.toLocaleString('en-US')}`];
    return [
      fixed({ type: 'rule', color, strokeDash: [4, 3] }, { y }),
      fixed({ type: 'text', text, color, align: 'right', dy: 9 }, { y, x: { value: 'width' } }),
    ];
  });
  const left = [drawMetrics('left'), AT_LEAST_ONE, ...limits, ...(values.length === 0 ? [NOTHING] : [])];
  const right = yAxis.right && [{ layer: [drawMetrics('right'), AT_LEAST_ONE] }];
  return {
    title,
    data: { values },
    transform: [
      { calculate: `floor(datum.at / ${span.step}) * ${span.step}`, as: 'start' },
      ...summarize,
      // A period without a value interrupts a line, and is zero in a stack.
      { impute: 'value', key: 'start', keyvals: span, groupby: series, value: stacked ? 0 : null },
    ],
    layer: [{ layer: left }, ...(right ?? [])],
    resolve: { scale: { y: 'independent' } },
  };
}

/** A PNG with the fonts of this machine, for screens with more than one pixel per CSS pixel. */
export function renderPng(svg: string): Buffer {
  const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 1.5 } }).render().asPng();
}

if (import.meta.main) {
  await runCommand(async () => {
    const [file, out, ...others] = process.argv.slice(2);
    if (file === undefined || out === undefined || others.length > 0) throw new UsageError(USAGE);
    const recording = await readRecording(file);
    await writeFile(out, renderPng(await drawDashboard(recording)));
    console.log(`${out}: ${recording.samples.length} samples of stage ${recording.stage}`);
  });
}
