import {
  ALARMS,
  type AlarmRow,
  type AwsMetric,
  type MetricMath,
  type Parameter,
  silenceAlarms,
} from '../lib/metrics/alarms.ts';
import { type WidgetRow, widgetRowsOf } from '../lib/metrics/dashboard.ts';
import type { MetricName } from '../lib/metrics/metrics.ts';

const NAMESPACE = 'swr-sync-cleanup';
const RED = '#d62728';

/** Parameters of a stage that override defaults in the rows, by name. */
type Overrides = Readonly<Record<string, unknown>>;

/**
 * Alarms and dashboard of a stage as CloudFormation resources, by logical id.
 *
 * @param sources of the configuration.
 * @param readParameter reads a parameter of the stage; returns null if the stage has none of that name.
 */
export async function cloudWatchResources(
  stage: string,
  sources: Parameters<typeof silenceAlarms>[0],
  readParameter: (name: string) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const overrides: Record<string, unknown> = {};
  for (const value of ALARMS.flatMap(({ threshold, periods }) => [threshold, periods])) {
    if (typeof value === 'object') overrides[value.parameter] = await readParameter(value.parameter);
  }
  const body = { periodOverride: 'inherit', widgets: dashboardWidgets(stage, overrides) };
  return {
    ...Object.fromEntries(
      [...ALARMS, ...silenceAlarms(sources)].map((row) => [
        logicalId(row),
        alarmResource(row, stage, overrides),
      ]),
    ),
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: `${NAMESPACE}-${stage}`,
        DashboardBody: { 'Fn::Sub': JSON.stringify(body) },
      },
    },
  };
}

/** `DeadLettersAlarm` for `dead-letters`. A logical id has letters and digits only. */
function logicalId({ page, source = '' }: AlarmRow): string {
  const words = page.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Alarm${source.replaceAll('-', 'Dash').replaceAll('_', 'Underscore')}`;
}

function alarmResource(row: AlarmRow, stage: string, overrides: Overrides): object {
  const { page, source, description, side, datapoints, notifiesOk = true } = row;
  const topic = [{ Ref: 'AlarmTopic' }];
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: [NAMESPACE, stage, page, source ?? []].flat().join('-'),
      AlarmDescription: `${description} docs/operations.md#${page}`,
      ...watched(row, stage),
      EvaluationPeriods: numberOf(row.periods ?? 1, overrides),
      ...(datapoints !== undefined && { DatapointsToAlarm: datapoints }),
      Threshold: numberOf(row.threshold, overrides),
      ComparisonOperator: side === undefined ? 'GreaterThanThreshold' : 'LessThanThreshold',
      TreatMissingData: side === undefined ? 'notBreaching' : 'breaching',
      AlarmActions: topic,
      ...(notifiesOk && { OKActions: topic }),
      Tags: '${self:custom.tags}',
    },
  };
}

/** Properties of what an alarm watches: one metric, or the result of an expression. */
function watched(row: AlarmRow, stage: string): object {
  const { metric, source, statistic = 'Sum', periodSeconds: Period } = row;
  if (!isMath(metric)) {
    const more = source === undefined ? [] : [{ Name: 'Of', Value: `source ${source}` }];
    const { Dimensions, ...named } = metricOf(metric, stage);
    const Statistic = statistic === 'p99' ? { ExtendedStatistic: statistic } : { Statistic: statistic };
    return { ...named, Dimensions: [...Dimensions, ...more], ...Statistic, Period };
  }
  const queries = Object.entries(metric.metrics).map(([Id, each]) => ({
    Id,
    MetricStat: { Metric: metricOf(each, stage), Stat: statistic, Period },
    ReturnData: false,
  }));
  return { Metrics: [...queries, { Id: 'result', Expression: metric.expression, ReturnData: true }] };
}

function isMath(metric: AlarmRow['metric']): metric is MetricMath {
  return typeof metric === 'object' && 'expression' in metric;
}

function metricOf(metric: MetricName | AwsMetric<unknown>, stage: string) {
  const [Namespace, MetricName, Name, Value] = withDimension(metric, stage);
  return { Namespace, MetricName, Dimensions: [{ Name, Value }] };
}

function withDimension<Value>(
  metric: MetricName | AwsMetric<Value>,
  stage: string,
): AwsMetric<Value | string> {
  return typeof metric === 'string' ? [NAMESPACE, metric, 'Stage', stage] : metric;
}

function numberOf(value: number | Parameter, overrides: Overrides): number {
  if (typeof value === 'number') return value;
  const found = overrides[value.parameter] ?? value.default;
  if (typeof found === 'number') return found;
  throw new Error(`Invalid parameter ${value.parameter} in serverless.yml: expected a number.`);
}

/** Widgets of a stage's dashboard. Source: CloudWatch API Reference, "Dashboard Body Structure". */
export function dashboardWidgets(stage: string, overrides: Overrides = {}) {
  const markdown =
    `# ${NAMESPACE}-${stage}\n\n\`docs/operations.md\` has a page for each alarm, ` +
    'and shows how to follow one delivery through the logs.';
  const heading = { type: 'text' as const, x: 0, y: 0, width: 24, height: 2, properties: { markdown } };
  return [heading, ...widgetRowsOf(stage).map((row, index) => metricWidget(row, index, stage, overrides))];
}

/** Widget with lines over time. */
export type MetricWidget = ReturnType<typeof metricWidget>;

const axis = (label: string) => ({ min: 0, label, showUnits: false });

function metricWidget(row: WidgetRow, index: number, stage: string, overrides: Overrides) {
  const { title, unit, rightUnit, stacked = false, stat = 'Sum', periodSeconds: period = 300 } = row;
  const thresholds = ALARMS.filter(({ widget }) => widget === title).map(({ threshold }) => ({
    label: 'alarm',
    value: numberOf(threshold, overrides),
    color: RED,
  }));
  return {
    type: 'metric' as const,
    x: (index % 3) * 8,
    y: 2 + Math.floor(index / 3) * 6,
    width: 8,
    height: 6,
    properties: {
      title,
      region: '${AWS::Region}',
      view: 'timeSeries',
      stacked,
      stat,
      period,
      yAxis: { left: axis(unit), ...(rightUnit !== undefined && { right: axis(rightUnit) }) },
      ...(thresholds.length > 0 && { annotations: { horizontal: thresholds } }),
      metrics: row.lines.map(({ metric, ...options }) => [...withDimension(metric, stage), options] as const),
    },
  };
}
