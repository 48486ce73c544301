import * as v from 'valibot';

const lineSchema = v.looseObject({
  _aws: v.object({
    Timestamp: v.number(),
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: v.string(),
        Dimensions: v.array(v.array(v.string())),
        Metrics: v.array(v.object({ Name: v.string(), Unit: v.string() })),
      }),
    ),
  }),
});
const valuesSchema = v.union([
  v.pipe(
    v.number(),
    v.transform((value) => [value]),
  ),
  v.array(v.number()),
]);

/** Metrics that CloudWatch extracts from a line. */
export interface MetricLine {
  readonly at: number;
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** All that the line has. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Metrics of a line as `NAMESPACE NAME DIMENSION=VALUE …`, each once for every set of dimensions. */
export function readMetricNames(line: string): string[] {
  const { _aws: directive, ...fields } = v.parse(lineSchema, JSON.parse(line));
  return directive.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.map((keys) => {
        const dimensions = keys.map((key) => `${key}=${String(fields[key])}`);
        return [Namespace, Name, ...dimensions.toSorted()].join(' ');
      }),
    ),
  );
}

/** @throws {Error} if CloudWatch would leave the line alone. */
export function parseMetricLine(line: string): MetricLine {
  const { _aws: directive, ...fields } = v.parse(lineSchema, JSON.parse(line));
  const names = directive.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  const values = names.map((name) => [name, v.parse(valuesSchema, fields[name])] as const);
  return { at: directive.Timestamp, values: Object.fromEntries(values), fields };
}
