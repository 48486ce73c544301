import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { UsageError } from '../../command-line/options.ts';

const metricLineSchema = v.looseObject({
  _aws: v.object({
    Timestamp: v.number(),
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: v.string(),
        Dimensions: v.array(v.array(v.string())),
        Metrics: v.array(v.object({ Name: v.string() })),
      }),
    ),
  }),
});
const valuesSchema = v.union([v.number(), v.array(v.number())]);
const logLineSchema = v.object({
  time: v.string(),
  event: v.string(),
  function: v.string(),
  stage: v.string(),
  status: v.fallback(v.optional(v.number()), undefined),
});

/** Values of one metric at one time. */
export interface Sample {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly values: readonly number[];
}

/** Metrics of one stage, in the order of time. */
export interface Recording {
  readonly stage: string;
  readonly samples: readonly Sample[];
}

/**
 * Reads the log lines and metrics of a run, one JSON object a line.
 *
 * @throws {UsageError} if the file holds no metrics of a stage.
 */
export async function readRecording(file: string): Promise<Recording> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const objects = lines.map((line): unknown => JSON.parse(line));
  const logs = objects.filter((each) => v.is(logLineSchema, each));
  const samples = [
    ...objects.filter((each) => v.is(metricLineSchema, each)).flatMap(readMetrics),
    ...logs.flatMap(countErrors),
  ].toSorted((one, other) => one.at - other.at);
  const [first] = logs;
  if (first === undefined || samples.length === 0)
    throw new UsageError(`No metrics in ${file}. Record some: npm run soak -- --record ${file}`);
  return { stage: first.stage, samples };
}

function readMetrics({ _aws: directive, ...fields }: v.InferOutput<typeof metricLineSchema>): Sample[] {
  return directive.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, fields[name]]));
      return Metrics.map(({ Name: name }) => {
        const values = [v.parse(valuesSchema, fields[name])].flat();
        return { namespace, name, dimensions, at: directive.Timestamp, values };
      });
    }),
  );
}

/** Errors as Lambda and API Gateway count them: no function prints these metrics. */
function countErrors({
  time,
  event,
  function: name,
  stage,
  status = 0,
}: v.InferOutput<typeof logLineSchema>): Sample[] {
  const sample = { at: Date.parse(time), values: [1] };
  const dimensions = { FunctionName: `swr-sync-cleanup-${stage}-${name}` };
  if (event === 'invocation failed')
    return [{ ...sample, namespace: 'AWS/Lambda', name: 'Errors', dimensions }];
  if (event === 'rejected' && status >= 500)
    return [{ ...sample, namespace: 'AWS/ApiGateway', name: '5xx', dimensions: { ApiId: 'recorded' } }];
  return [];
}
