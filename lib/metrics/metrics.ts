import { fieldsHere } from '../log.ts';

const NAMESPACE = 'swr-sync-cleanup';
/** Values of one metric in a line. */
const MAX_VALUES = 100;

/** Metrics of this namespace. A metric filter counts `WebhooksThrottled` (`resources/http-api.yml`), functions all others. */
export type MetricName =
  | 'WebhooksAccepted'
  | 'WebhooksIgnored'
  | 'WebhooksRejected'
  | 'WebhooksAmbiguous'
  | 'WebhooksThrottled'
  | 'ExpectedDeliveries'
  | 'Requests'
  | 'TasksDeleted'
  | 'TasksAbsent'
  | 'TasksKept'
  | 'TasksFailed'
  | 'EventAge'
  | 'Retried'
  | 'DeadLettered'
  | 'Logins'
  | 'LoginsRejected'
  | 'SwrLatency'
  | 'IamLatency'
  | 'Throttles'
  | 'LedgerFailures'
  | 'SecretsUnusable'
  | 'NotPublished'
  | 'SweepsFinished'
  | 'SweepsRejected'
  | 'SweepTasksSeen'
  | 'SweepTasksFound'
  | 'SweepRepositoriesUnread';

/** Units of measured metrics. All others are counts. */
const UNITS: Partial<Record<MetricName, 'Seconds' | 'Milliseconds'>> = {
  EventAge: 'Seconds',
  SwrLatency: 'Milliseconds',
  IamLatency: 'Milliseconds',
};

export interface MetricsOptions {
  readonly stage: string;
  readonly function: string;
  /** Takes one line without its line break, as that of a log does. */
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Collects numbers, and writes them as log lines. CloudWatch extracts them from the log, so no call and no permission is
 * needed. Source: CloudWatch User Guide, "Specification: Embedded metric format".
 */
export class Metrics {
  readonly #options: MetricsOptions;
  /** By what they are of: '' for the stage as a whole. */
  readonly #values = new Map<string, Map<MetricName, number[]>>();

  constructor(options: MetricsOptions) {
    this.#options = options;
  }

  /**
   * Counts are added up; of what has another unit every value is kept.
   *
   * @param of what of the configuration it is about, such as `source github`: a second dimension, `Of`.
   */
  add(name: MetricName, value: number, of = ''): void {
    const group = this.#values.get(of) ?? new Map<MetricName, number[]>();
    const values = group.get(name) ?? [];
    if (UNITS[name] === undefined) values[0] = (values[0] ?? 0) + value;
    else values.push(value);
    this.#values.set(of, group.set(name, values));
  }

  /** Writes one line, or several where there is more than fits into one; none if there is nothing. */
  flush(): void {
    for (const [of, group] of this.#values) while (group.size > 0) this.#write(of, take(group));
    this.#values.clear();
  }

  #write(of: string, part: readonly (readonly [MetricName, number | number[]])[]): void {
    const { stage, function: name, now = Date.now, write = print } = this.#options;
    const definitions = part.map(([Name]) => ({ Name, Unit: UNITS[Name] ?? 'Count' }));
    const dimensions = of === '' ? [['Stage']] : [['Stage'], ['Stage', 'Of']];
    const directive = { Namespace: NAMESPACE, Dimensions: dimensions, Metrics: definitions };
    write(
      JSON.stringify({
        _aws: { Timestamp: now(), CloudWatchMetrics: [directive] },
        event: 'metrics',
        function: name,
        ...fieldsHere(),
        Stage: stage,
        ...(of !== '' && { Of: of }),
        ...Object.fromEntries(part),
      }),
    );
  }
}

function take(group: Map<MetricName, number[]>): [MetricName, number | number[]][] {
  return [...group].map(([name, values]) => {
    const taken = values.splice(0, MAX_VALUES);
    if (values.length === 0) group.delete(name);
    return [name, taken.length === 1 ? (taken[0] ?? 0) : taken];
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
