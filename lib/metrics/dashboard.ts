import { resourceNamesOf } from '../resource-names.ts';
import type { AwsMetric } from './alarms.ts';
import type { MetricName } from './metrics.ts';

const COLORS = {
  blue: '#1f77b4',
  gray: '#7f7f7f',
  green: '#2ca02c',
  orange: '#ff7f0e',
  purple: '#9467bd',
  red: '#d62728',
};

type Statistic = 'Sum' | 'Maximum' | 'p50' | 'p99';

/** Metric in a widget. */
interface WidgetLine {
  readonly metric: MetricName | AwsMetric<string>;
  readonly label: string;
  readonly color: string;
  /** Statistic; the widget's if missing. */
  readonly stat?: Statistic;
  /** Axis on the left if missing. */
  readonly yAxis?: 'right';
}

/** Chart of the dashboard. Alarms that name it add their thresholds (`alarms.ts`). */
export interface WidgetRow {
  readonly title: string;
  /** Label of the axis on the left. */
  readonly unit: string;
  readonly rightUnit?: string;
  /** `Sum` if missing. */
  readonly stat?: Statistic;
  /** 300 if missing. */
  readonly periodSeconds?: number;
  readonly stacked?: boolean;
  readonly lines: readonly WidgetLine[];
}

const line = (
  metric: WidgetLine['metric'],
  label: string,
  color: keyof typeof COLORS,
  more?: Pick<WidgetLine, 'stat' | 'yAxis'>,
): WidgetLine => ({ metric, label, color: COLORS[color], ...more });
const waiting = (queue: string) =>
  ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', queue] as const;
const polls = (queue: string) => ['AWS/SQS', 'NumberOfEmptyReceives', 'QueueName', queue] as const;
const oldest = (queue: string) => ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', queue] as const;

/** Charts of a stage's dashboard, three in a row. */
export function widgetRowsOf(stage: string): readonly WidgetRow[] {
  const { cleanupQueue, sweepQueue, deadLetterQueue } = resourceNamesOf(stage);
  const errorsOf = (name: string) =>
    ['AWS/Lambda', 'Errors', 'FunctionName', `swr-sync-cleanup-${stage}-${name}`] as const;
  return [
    {
      title: 'Webhooks',
      unit: 'webhooks',
      lines: [
        line('WebhooksAccepted', 'accepted', 'green'),
        line('WebhooksIgnored', 'ignored', 'gray'),
        line('WebhooksRejected', 'rejected', 'orange'),
        line('WebhooksThrottled', 'throttled (429)', 'purple'),
        line(['AWS/ApiGateway', '5xx', 'ApiId', '${HttpApi}'], 'failed (5xx)', 'red'),
      ],
    },
    {
      title: 'Cleanup requests',
      unit: 'requests',
      lines: [
        line('Requests', 'processed', 'blue'),
        line('Retried', 'retried', 'orange'),
        line('DeadLettered', 'dead-lettered', 'red'),
      ],
    },
    {
      title: 'Tasks by outcome',
      unit: 'tasks',
      stacked: true,
      lines: [
        line('TasksDeleted', 'deleted', 'green'),
        line('TasksAbsent', 'absent', 'blue'),
        line('TasksKept', 'kept', 'gray'),
        line('TasksFailed', 'failed', 'red'),
      ],
    },
    {
      title: 'Messages waiting',
      unit: 'messages',
      rightUnit: 'polls (none: the stage is paused)',
      stat: 'Maximum',
      periodSeconds: 60,
      lines: [
        line(waiting(cleanupQueue), 'cleanup requests', 'blue'),
        line(waiting(sweepQueue), 'steps of sweeps', 'gray'),
        line(waiting(deadLetterQueue), 'dead-letter queue', 'red'),
        line(polls(cleanupQueue), 'empty polls for clean', 'green', { stat: 'Sum', yAxis: 'right' }),
      ],
    },
    {
      title: 'Oldest message waiting',
      unit: 'seconds',
      stat: 'Maximum',
      periodSeconds: 60,
      lines: [
        line(oldest(cleanupQueue), 'cleanup requests', 'blue'),
        line(oldest(sweepQueue), 'steps of sweeps', 'gray'),
      ],
    },
    {
      title: 'Age of an event when a task is deleted',
      unit: 'seconds',
      stat: 'p99',
      lines: [
        line('EventAge', 'half of them are younger', 'blue', { stat: 'p50' }),
        line('EventAge', '99 of 100 are younger', 'orange', { stat: 'p99' }),
      ],
    },
    {
      title: 'Answers of Huawei Cloud',
      unit: 'milliseconds',
      stat: 'p99',
      lines: [
        line('SwrLatency', 'SWR, p50', 'blue', { stat: 'p50' }),
        line('SwrLatency', 'SWR, p99', 'orange', { stat: 'p99' }),
        line('IamLatency', 'IAM, p99', 'purple', { stat: 'p99' }),
      ],
    },
    {
      title: 'Calls that Huawei Cloud throttled',
      unit: 'calls',
      lines: [line('Throttles', 'throttled', 'orange')],
    },
    {
      title: 'Logins to Huawei Cloud',
      unit: 'logins',
      lines: [line('Logins', 'new tokens', 'blue'), line('LoginsRejected', 'rejected', 'red')],
    },
    {
      title: 'Errors of the functions',
      unit: 'invocations',
      lines: [
        line(errorsOf('receive'), 'receive', 'blue'),
        line(errorsOf('clean'), 'clean', 'red'),
        line(errorsOf('sweep'), 'sweep', 'purple'),
      ],
    },
    {
      title: 'Not recorded, not published',
      unit: 'failures',
      lines: [
        line('LedgerFailures', 'ledger failures', 'red'),
        line('NotPublished', 'events not published', 'orange'),
      ],
    },
    {
      title: 'Sweeps',
      unit: 'tasks seen',
      rightUnit: 'others',
      stat: 'Maximum',
      lines: [
        line('SweepTasksSeen', 'tasks seen', 'blue'),
        line('SweepTasksFound', 'tasks to delete', 'orange', { yAxis: 'right' }),
        line('SweepRepositoriesUnread', 'repositories not read', 'gray', { yAxis: 'right' }),
        line('SweepsRejected', 'rejected', 'red', { yAxis: 'right' }),
      ],
    },
  ];
}
