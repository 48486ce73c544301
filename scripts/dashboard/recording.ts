import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { UsageError } from '../../command-line/options.ts';

const numbers = v.union([
  v.pipe(
    v.number(),
    v.transform((value) => [value]),
  ),
  v.array(v.number()),
]);
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
const logLineSchema = v.object({
  time: v.pipe(v.string(), v.isoTimestamp()),
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
  readonly at: number;
  readonly values: readonly number[];
}

/** What CloudWatch would have got. */
export interface Recording {
  readonly stage: string;
  readonly from: number;
  readonly to: number;
  readonly samples: readonly Sample[];
}

/**
 * Reads lines that the functions have printed, and others in the embedded metric format: those hold what AWS itself would
 * have measured, such as how long a queue is.
 *
 * @throws {UsageError} if there is no metric in the file.
 */
export async function readRecording(file: string): Promise<Recording> {
  const samples: Sample[] = [];
  let stage: string | undefined;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const line = parse(text);
    const metrics = v.safeParse(metricLineSchema, line);
    const log = v.safeParse(logLineSchema, line);
    if (metrics.success) samples.push(...samplesOf(metrics.output));
    if (!log.success) continue;
    ({ stage } = log.output);
    samples.push(...errorsIn(log.output));
  }
  if (stage === undefined || samples.length === 0) throw new UsageError(`${file} has no lines of functions.`);
  const times = samples.map(({ at }) => at).toSorted((one, other) => one - other);
  return { stage, samples, from: times[0] ?? 0, to: times.at(-1) ?? 0 };
}

function samplesOf({ _aws: directive, ...fields }: v.InferOutput<typeof metricLineSchema>): Sample[] {
  const at = directive.Timestamp;
  return directive.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, fields[name]]));
      return Metrics.map(({ Name: name }) => {
        return { namespace, name, dimensions, at, values: v.parse(numbers, fields[name]) };
      });
    }),
  );
}

/** What Lambda and API Gateway would have counted. */
function errorsIn({
  time,
  event,
  function: name,
  stage,
  status = 0,
}: v.InferOutput<typeof logLineSchema>): Sample[] {
  const at = Date.parse(time);
  const FunctionName = `swr-sync-cleanup-${stage}-${name}`;
  const errors = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName }, at };
  if (event === 'invocation failed') return [{ ...errors, values: [1] }];
  const failed = { namespace: 'AWS/ApiGateway', name: '5xx', dimensions: { ApiId: 'recorded' }, at };
  return event === 'rejected' && status >= 500 ? [{ ...failed, values: [1] }] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
