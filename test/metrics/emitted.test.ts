import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';
import { cloudWatchResources, dashboardWidgets } from '../../scripts/cloudwatch.ts';
import { type FullRun, startFullRun } from '../security/full-run.ts';
import { packageTemplate, type Template } from '../security/packaged-template.ts';
import { readMetricNames } from '../support/metric-line.ts';

const NAMESPACE = 'swr-sync-cleanup';
const STAGE = 'output';

/** Metrics of AWS by namespace, with their dimension. Sources: the documents of SQS, Lambda and HTTP APIs on their metrics. */
const OF_AWS: Readonly<Record<string, { dimension: string; type: string; names: readonly string[] }>> = {
  'AWS/SQS': {
    dimension: 'QueueName',
    type: 'AWS::SQS::Queue',
    names: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesVisible',
      'NumberOfEmptyReceives',
    ],
  },
  'AWS/Lambda': { dimension: 'FunctionName', type: 'AWS::Lambda::Function', names: ['Errors'] },
  'AWS/ApiGateway': { dimension: 'ApiId', type: 'AWS::ApiGatewayV2::Api', names: ['5xx'] },
};

const metricSchema = v.object({
  Namespace: v.string(),
  MetricName: v.string(),
  Dimensions: v.array(v.object({ Name: v.string(), Value: v.unknown() })),
});
type Metric = v.InferOutput<typeof metricSchema>;
const alarmSchema = v.object({
  Type: v.literal('AWS::CloudWatch::Alarm'),
  Properties: v.union([
    metricSchema,
    v.object({
      Metrics: v.array(
        v.object({
          Id: v.string(),
          Expression: v.optional(v.string()),
          MetricStat: v.optional(v.object({ Metric: metricSchema })),
        }),
      ),
    }),
  ]),
});
const accessLogSchema = v.object({ AccessLogSettings: v.object({ Format: v.string() }) });
const filterSchema = v.object({
  LogGroupName: v.object({ Ref: v.string() }),
  FilterPattern: v.string(),
  MetricTransformations: v.tuple([
    v.object({
      MetricNamespace: v.string(),
      MetricName: v.string(),
      Dimensions: v.array(v.object({ Key: v.string(), Value: v.string() })),
    }),
  ]),
});

let run: FullRun;
let template: Template;
/** Metrics that the functions printed and that the metric filter counts. */
let emitted: ReadonlySet<string>;
let alarms: [id: string, metrics: Metric[]][];

beforeAll(async () => {
  const sources = { github: { expectEvery: '7d' } };
  const resources = await cloudWatchResources(STAGE, sources, () => Promise.resolve(null));
  alarms = Object.entries(resources).flatMap(([id, resource]) => {
    const alarm = v.safeParse(alarmSchema, resource);
    return alarm.success ? [[id, metricsOf(alarm.output.Properties)]] : [];
  });
  [run, { template }] = await Promise.all([startFullRun(['main', 'signer']), packageTemplate('prod')]);
  await haveEverythingHappen();
  const printed = run.output.flatMap(([kind, line]) =>
    kind === 'line' && line.startsWith('{"_aws"') ? readMetricNames(line) : [],
  );
  emitted = new Set([...printed, filteredMetric()]);
}, 90_000);
afterAll(async () => run[Symbol.asyncDispose]());

function metricsOf(properties: v.InferOutput<typeof alarmSchema>['Properties']): Metric[] {
  if (!('Metrics' in properties)) return [properties];
  return properties.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
}

/** Deliveries, cleanups and sweeps with every outcome. */
async function haveEverythingHappen(): Promise<void> {
  const { huaweiCloud, aws } = run;
  const cleanOne = async (repository: string, more: object = {}) => {
    run.addTask(repository);
    await run.clean(JSON.stringify({ id: repository, namespace: 'images', repository, ...more }));
    huaweiCloud.clearFaults();
    aws.clear();
  };
  aws.store('acr', 'too short');
  await run.deliver('github');
  await run.deliver('github', { event: 'ping' });
  await run.deliver('github', { secret: 'another secret of this test' });
  await run.deliver('github', { body: (right) => right.replace('{', '{"novelty":{},') });
  await cleanOne('deleted', { occurredAt: new Date().toISOString() });
  await cleanOne('kept', { occurredAt: '2020-01-01T00:00:00Z' });
  await cleanOne('absent', { targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'nobody' }] });
  huaweiCloud.fault('listSyncTasks', { status: 429, code: 'APIGW.0308' }, { times: 10 });
  await cleanOne('throttled');
  huaweiCloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' });
  await cleanOne('dead-lettered');
  huaweiCloud.fault('listSyncTasks', { status: 401, code: 'APIGW.0301' }, { times: 10 });
  await cleanOne('rejected', { account: 'signer' });
  aws.failWith('UpdateItem', 500, 'InternalServerError');
  await cleanOne('unrecorded');
  aws.failWith('PutEvents', 500, 'InternalException');
  await cleanOne('unpublished', { occurredAt: new Date().toISOString() });
  await run.sweep();
}

/** Metric that the metric filter of the packaged template makes of a line of the access log. */
function filteredMetric(): string {
  const [filter] = propertiesOf('AWS::Logs::MetricFilter').map((each) => v.parse(filterSchema, each));
  const [stage] = propertiesOf('AWS::ApiGatewayV2::Stage').map((each) => v.parse(accessLogSchema, each));
  const log: unknown = JSON.parse(stage?.AccessLogSettings.Format ?? '');
  const { LogGroupName, FilterPattern = '', MetricTransformations } = filter ?? {};
  expect(template.Resources[LogGroupName?.Ref ?? '']?.Type).toBe('AWS::Logs::LogGroup');
  for (const [, field = ''] of FilterPattern.matchAll(/\$\.(\w+)/g)) expect(log).toHaveProperty(field);
  const fields = v.parse(v.record(v.string(), v.string()), log);
  return (MetricTransformations ?? [])
    .map(({ MetricNamespace, MetricName, Dimensions }) => {
      const dimensions = Dimensions.map(({ Key, Value }) => [Key, fields[Value.replace('$.', '')]] as const);
      // The packaged stage is another one.
      return nameOf(MetricNamespace, MetricName, dimensions).replace('=prod', `=${STAGE}`);
    })
    .join();
}

function propertiesOf(type: string): Record<string, unknown>[] {
  return Object.values(template.Resources).flatMap((each) => (each.Type === type ? [each.Properties] : []));
}

function nameOf(
  namespace: string,
  name: string,
  dimensions: readonly (readonly [string, unknown])[],
): string {
  return [namespace, name, ...dimensions.map(([key, value]) => `${key}=${String(value)}`).toSorted()].join(
    ' ',
  );
}

/** @returns why CloudWatch would never have data of a metric; undefined if it has. */
function findProblem({ Namespace, MetricName, Dimensions }: Metric): string | undefined {
  const dimensions = Dimensions.map(({ Name, Value }) => [Name, Value] as const);
  if (Namespace === NAMESPACE) {
    const name = nameOf(Namespace, MetricName, dimensions);
    return emitted.has(name) ? undefined : `never emitted: ${name}`;
  }
  const known = OF_AWS[Namespace];
  const [[dimension, value] = [], ...others] = dimensions;
  if (known === undefined || !known.names.includes(MetricName))
    return `not of AWS: ${Namespace} ${MetricName}`;
  if (dimension !== known.dimension || others.length > 0) return `not a dimension of ${MetricName}`;
  const found = Object.entries(template.Resources).filter(
    ([id, { Type, Properties }]) => Type === known.type && isNamed(value, id, Properties[known.dimension]),
  );
  return found.length === 1 ? undefined : `no ${known.type}: ${JSON.stringify(value)}`;
}

/** Whether a dimension's value is a reference to a resource, or the resource's own name. */
function isNamed(value: unknown, id: string, name: unknown): boolean {
  if (typeof value === 'string') return value === `\${${id}}` || value === name;
  const references = [{ Ref: id }, { 'Fn::GetAtt': [id, 'QueueName'] }].map((each) => JSON.stringify(each));
  return references.includes(JSON.stringify(value));
}

/** Metrics of the dashboard of a stage, by the title of their widget. */
const shownOn = (stage: string) =>
  dashboardWidgets(stage).flatMap((widget) =>
    widget.type === 'text'
      ? []
      : widget.properties.metrics.map(([Namespace, MetricName, Name, Value]) => ({
          title: widget.properties.title,
          metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] },
        })),
  );

test('every alarm watches metrics that a full run emits, or that AWS documents', () => {
  expect(alarms.length).toBeGreaterThan(15);
  const problems = alarms.flatMap(([id, metrics]) =>
    metrics.map(findProblem).flatMap((problem) => (problem === undefined ? [] : [[id, problem]])),
  );
  expect(problems).toEqual([]);
  expect(alarms.filter(([, metrics]) => metrics.length === 0)).toEqual([]);
});

test('every widget shows metrics that a full run emits, or that AWS documents', () => {
  const own = shownOn(STAGE).filter(({ metric }) => metric.Namespace === NAMESPACE);
  const ofAws = shownOn('prod').filter(({ metric }) => metric.Namespace !== NAMESPACE);
  expect(own.length).toBeGreaterThan(15);
  const problems = [...own, ...ofAws].flatMap(({ title, metric }) => {
    const problem = findProblem(metric);
    return problem === undefined ? [] : [[title, problem]];
  });
  expect(problems).toEqual([]);
});

describe('every metric that a full run emits', () => {
  const names = () => new Set([...emitted].map((each) => each.split(' ')[1] ?? ''));

  test('is watched by an alarm or shown by a widget', () => {
    const watched = alarms.flatMap(([, metrics]) => metrics.map(({ MetricName }) => MetricName));
    const seen = new Set([...watched, ...shownOn(STAGE).map(({ metric }) => metric.MetricName)]);
    expect([...names()].filter((name) => !seen.has(name))).toEqual([]);
  });

  test('is explained, and no other', () => {
    const document = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
    const [, table = ''] = /\n## Metrics\n([^]*?)\n## /.exec(document) ?? [];
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const explained = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    expect(explained).toHaveLength(names().size);
    expect(new Set(explained)).toEqual(names());
  });
});

test.each([
  { why: 'a misspelt metric', MetricName: 'Retires', Dimensions: [{ Name: 'Stage', Value: STAGE }] },
  { why: 'a misspelt dimension', MetricName: 'Retried', Dimensions: [{ Name: 'stage', Value: STAGE }] },
  { why: 'a missing dimension', MetricName: 'Retried', Dimensions: [] },
])('finds $why', (metric) => {
  expect(findProblem({ Namespace: NAMESPACE, ...metric })).toMatch(/^never emitted/);
});
