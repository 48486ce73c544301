import { parseDuration } from '../times.ts';
import type { MetricName } from './metrics.ts';

/** Metric that AWS measures: namespace, name, dimension, and the dimension's value. */
export type AwsMetric<Value> = readonly [namespace: string, name: string, dimension: string, value: Value];

/** Value in CloudFormation that only the deployment knows. */
type Reference = { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly [string, string] };

/** Time series that CloudWatch computes from several metrics. CloudWatch charges for each metric. */
export interface MetricMath {
  /** Of the ids of the metrics. A metric without a value counts as 0 in a sum. */
  readonly expression: string;
  /** By id, which begins with a lower-case letter. */
  readonly metrics: Readonly<Record<string, AwsMetric<Reference>>>;
}

/** Number that a stage may override under `params` in `serverless.yml`. */
export interface Parameter {
  readonly parameter: string;
  readonly default: number;
}

/** Alarm of a stage. Every row needs a page of its name in `docs/operations.md`. */
export interface AlarmRow {
  /** Page in `docs/operations.md`, and the end of the alarm's name. */
  readonly page: string;
  /** First sentence of the mail. */
  readonly description: string;
  readonly metric: MetricName | AwsMetric<Reference> | MetricMath;
  /** Source that the metric is about: it has a second dimension, `Of`, and the alarm's name ends with the source's. */
  readonly source?: string;
  /** `Sum` if missing. */
  readonly statistic?: 'Maximum' | 'p99';
  readonly periodSeconds: 60 | 300 | 900 | 3600;
  /** Number of periods that count. 1 if missing. */
  readonly periods?: number | Parameter;
  /** Number of those periods that must be over the threshold. All if missing. */
  readonly datapoints?: number;
  readonly threshold: number | Parameter;
  /** Side of the threshold that alarms; no data counts as below. `above` if missing. */
  readonly side?: 'below';
  /** False if no mail follows when the alarm is over. */
  readonly notifiesOk?: false;
  /** Title of the widget that shows the threshold as a line (`dashboard.ts`). */
  readonly widget?: string;
}

const queue = (name: string, id: string): AwsMetric<Reference> => [
  'AWS/SQS',
  name,
  'QueueName',
  { 'Fn::GetAtt': [id, 'QueueName'] },
];
/** All messages of the dead-letter queue. `swr-sync failed` hides them while it runs, so the visible ones are not enough. */
const DEAD_LETTERS = {
  visible: queue('ApproximateNumberOfMessagesVisible', 'DeadLetterQueue'),
  hidden: queue('ApproximateNumberOfMessagesNotVisible', 'DeadLetterQueue'),
};
const errorsOf = (id: string): AwsMetric<Reference> => ['AWS/Lambda', 'Errors', 'FunctionName', { Ref: id }];

/** Alarms of a stage, in the order of their pages. */
export const ALARMS: readonly AlarmRow[] = [
  {
    page: 'dead-letters',
    description: "A request was dead-lettered and needs a person. The message's attributes have the reason.",
    metric: { expression: 'visible + hidden', metrics: DEAD_LETTERS },
    statistic: 'Maximum',
    periodSeconds: 60,
    threshold: { parameter: 'deadLettersAlarmAbove', default: 0 },
  },
  {
    page: 'dead-letters-rising',
    description: 'More requests were dead-lettered while others still wait in the dead-letter queue.',
    // No metric counts the messages that SQS moves itself.
    metric: { expression: 'DIFF(visible + hidden)', metrics: DEAD_LETTERS },
    statistic: 'Maximum',
    periodSeconds: 60,
    // One mail for all that arrives within five minutes.
    periods: 5,
    datapoints: 1,
    threshold: { parameter: 'deadLettersAlarmAbove', default: 0 },
    // Five minutes later the alarm is over, whatever happened.
    notifiesOk: false,
  },
  {
    page: 'retries',
    description: 'Requests return to the queue again and again: calls to Huawei Cloud or to a source fail.',
    metric: 'Retried',
    // A failed request is retried after six minutes, so each period has one at least; a single retry is in one period.
    periodSeconds: 900,
    periods: 2,
    threshold: { parameter: 'retriesAlarmAbove', default: 0 },
  },
  {
    page: 'oldest-message',
    description:
      'A request waits too long for its first attempts: more requests arrive than are processed, or the function clean does not run.',
    metric: queue('ApproximateAgeOfOldestMessage', 'CleanupQueue'),
    statistic: 'Maximum',
    periodSeconds: 60,
    periods: 5,
    // SQS leaves out messages that were received three times: `retries` is about those.
    threshold: { parameter: 'oldestMessageAlarmSeconds', default: 900 },
    widget: 'Oldest message waiting',
  },
  {
    page: 'paused',
    description: 'For a day nothing has fed clean from its queue: the stage is paused, and deletes nothing.',
    // An enabled event source polls its queue all the time. After six hours without any call, SQS reports nothing.
    metric: queue('NumberOfEmptyReceives', 'CleanupQueue'),
    periodSeconds: 3600,
    periods: 24,
    threshold: 1,
    side: 'below',
  },
  {
    page: 'events-late',
    description: 'Tasks are deleted, but long after the event that deleted their repository.',
    metric: 'EventAge',
    statistic: 'p99',
    periodSeconds: 300,
    // A redelivered old event shows in one period only.
    periods: 3,
    datapoints: 2,
    threshold: { parameter: 'eventAgeAlarmSeconds', default: 1800 },
    widget: 'Age of an event when a task is deleted',
  },
  {
    page: 'webhook-errors',
    description:
      "A sender got a 5xx. GitHub does not retry: redeliver the failed deliveries on the webhook's page.",
    // Counts every error of `receive`, a throttled `receive`, and a queue that takes no message (503).
    metric: ['AWS/ApiGateway', '5xx', 'ApiId', { Ref: 'HttpApi' }],
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'webhooks-throttled',
    description:
      "The HTTP API throttled webhooks (429). GitHub does not retry: redeliver the failed deliveries on the webhook's page.",
    // Counted from the access log: no function sees such a request (resources/http-api.yml).
    metric: 'WebhooksThrottled',
    periodSeconds: 60,
    threshold: 0,
    notifiesOk: false,
  },
  {
    page: 'webhooks-rejected',
    description:
      'A delivery of a configured source was rejected: its signature is wrong, or it is malformed. If ' +
      'the sender is the right one, deletions are lost.',
    metric: 'WebhooksRejected',
    periodSeconds: 300,
    threshold: { parameter: 'webhooksRejectedAlarmAbove', default: 0 },
  },
  {
    page: 'webhooks-ambiguous',
    description:
      'A forge sent an event with keys that this version does not know, and the source has no api to ' +
      'check it: deletions are lost.',
    metric: 'WebhooksAmbiguous',
    periodSeconds: 300,
    threshold: 0,
  },
  {
    page: 'secrets-unusable',
    description:
      "A configured source or account can't be used: its secret is missing, malformed or shared. " +
      'Deliveries of the source get a 503, requests of the account are dead-lettered. All others work.',
    metric: 'SecretsUnusable',
    periodSeconds: 300,
    threshold: 0,
  },
  {
    page: 'clean-errors',
    description: 'The function clean failed as a whole; its log has the reason. The queue retries.',
    // A failed deletion is not an error of the function; a missing variable is.
    metric: errorsOf('CleanLambdaFunction'),
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'logins-rejected',
    description:
      'Huawei Cloud rejects the stored credentials. Nothing is deleted for their account until a ' +
      'person fixes them.',
    metric: 'LoginsRejected',
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'throttles',
    description: 'Huawei Cloud has throttled calls for a quarter of an hour.',
    metric: 'Throttles',
    periodSeconds: 300,
    periods: 3,
    // An API at its limit throttles a few calls, and they pass.
    threshold: { parameter: 'throttlesAlarmAbove', default: 20 },
    widget: 'Calls that Huawei Cloud throttled',
  },
  {
    page: 'ledger-failures',
    description: "The ledger can't be written, so nothing is deleted. Requests are retried until it can.",
    metric: 'LedgerFailures',
    periodSeconds: 300,
    // A request that failed once is retried after six minutes.
    periods: 3,
    datapoints: 2,
    threshold: 0,
  },
  {
    page: 'sweep-errors',
    description: 'The function sweep failed as a whole; its log has the reason. The queue retries the step.',
    // The steps of a sweep that hangs end in the dead-letter queue, which has an alarm of its own.
    metric: errorsOf('SweepLambdaFunction'),
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'sweeps-rejected',
    description:
      'A sweep found more tasks to delete than sweep.maxPercent allows, and deleted none. Its log has ' +
      'the findings: check whether a source is wrong.',
    metric: 'SweepsRejected',
    periodSeconds: 60,
    threshold: 0,
    // One period later the alarm is over, whatever happened.
    notifiesOk: false,
  },
  {
    page: 'sweep-overdue',
    description: 'No sweep has finished for two periods of its schedule: tasks that no event names stay.',
    // A new stage is in alarm until its first sweep has finished.
    metric: 'SweepsFinished',
    periodSeconds: 3600,
    // Two periods of the schedule, and time for the sweep itself. CloudWatch takes 168 at most.
    periods: { parameter: 'sweepOverdueHours', default: 26 },
    threshold: 1,
    side: 'below',
  },
];

/** Alarms of the sources that have an `expectEvery`. Their page is the last one. */
export function silenceAlarms(
  sources: Readonly<Record<string, { readonly expectEvery?: string }>>,
): readonly AlarmRow[] {
  return Object.entries(sources).flatMap(([source, { expectEvery }]): AlarmRow[] => {
    if (expectEvery === undefined) return [];
    return [
      {
        page: 'source-silent',
        source,
        description: `No authenticated delivery of source ${source} for ${expectEvery}: its webhook may be disabled.`,
        metric: 'ExpectedDeliveries',
        periodSeconds: 3600,
        periods: (parseDuration(expectEvery) ?? 0) / 3_600_000,
        threshold: 1,
        side: 'below',
      },
    ];
  });
}
