const NAMESPACE = 'swr-sync-cleanup';

type Unit = 'Count' | 'Milliseconds' | 'Percent';

/** Writes down numbers that belong together. */
export type PutMetrics = (values: Readonly<Record<string, number>>, unit?: Unit) => void;

/**
 * Metrics as lines of the log, which CloudWatch takes out of it by itself: nothing is called, and nothing has to be allowed.
 * Source: CloudWatch User Guide, "Embedded metric format".
 *
 * @param stage of the service, by which the numbers are told apart.
 * @param write takes one line without its line break, as that of a log does.
 * @param now milliseconds since the epoch.
 */
export function createMetrics(
  stage: string,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  now: () => number = Date.now,
): PutMetrics {
  return (values, unit = 'Count') => {
    const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: unit }));
    const directive = { Namespace: NAMESPACE, Dimensions: [['Stage']], Metrics };
    write(
      JSON.stringify({
        _aws: { Timestamp: now(), CloudWatchMetrics: [directive] },
        Stage: stage,
        ...values,
      }),
    );
  };
}
