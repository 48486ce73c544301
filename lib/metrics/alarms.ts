import type { MetricName } from './metrics.ts';

/** Metric that AWS measures: namespace, name, dimension, and the dimension's value. */
export type AwsMetric<Value> = readonly [namespace: string, name: string, dimension: string, value: Value];

/** Value in CloudFormation that only the deployment knows. */
type Reference = { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly [string, string] };

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
  readonly metric: MetricName | AwsMetric<Reference>;
  /** `Sum` if missing. */
  readonly statistic?: 'Maximum' | 'p99';
  readonly periodSeconds: 60 | 300 | 3600;
  /** Number of periods that count. 1 if missing. */
  readonly periods?: number | Parameter;
  /** How many of those periods must be over the threshold. All if missing. */
  readonly datapoints?: number;
  readonly threshold: number | Parameter;
  /** Side of the threshold that alarms; no data counts as below. `above` if missing. */
  readonly side?: 'below';
  /** Whether a mail follows when the alarm is over. True if missing. */
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
const errorsOf = (id: string): AwsMetric<Reference> => ['AWS/Lambda', 'Errors', 'FunctionName', { Ref: id }];

/** Alarms of a stage, in the order of their pages. */
export const ALARMS: readonly AlarmRow[] = [
  {
    page: 'dead-letters',
    description: "A request was parked, and waits for a person. The message's attributes say why.",
    metric: queue('ApproximateNumberOfMessagesVisible', 'DeadLetterQueue'),
    statistic: 'Maximum',
    periodSeconds: 60,
    threshold: { parameter: 'deadLettersAlarmAbove', default: 0 },
  },
  {
    page: 'oldest-message',
    description:
      'A request is waiting too long: Huawei Cloud refuses or throttles, or more arrives than is worked off.',
    metric: queue('ApproximateAgeOfOldestMessage', 'CleanupQueue'),
    statistic: 'Maximum',
    periodSeconds: 60,
    periods: 5,
    // Two visibility timeouts and more: the request has failed twice at least.
    threshold: { parameter: 'oldestMessageAlarmSeconds', default: 900 },
    widget: 'Oldest message waiting',
  },
  {
    page: 'events-late',
    description: 'Tasks are deleted, but long after what they are deleted for.',
    metric: 'EventAge',
    statistic: 'p99',
    periodSeconds: 300,
    // An old delivery that somebody redelivers is over after one period.
    periods: 3,
    datapoints: 2,
    threshold: { parameter: 'eventAgeAlarmSeconds', default: 1800 },
    widget: 'Age of an event when a task is deleted',
  },
  {
    page: 'webhook-errors',
    description:
      "A sender got a 5xx. GitHub does not send again by itself: redeliver what failed from the webhook's page.",
    // Counts every error of `receive`, a throttled `receive`, and a queue that takes no message (503).
    metric: ['AWS/ApiGateway', '5xx', 'ApiId', { Ref: 'HttpApi' }],
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'webhooks-rejected',
    description:
      'A webhook of a configured source was refused: nothing proved it, or it could not be read. If its sender is the ' +
      'right one, deletions are being lost.',
    metric: 'WebhooksRejected',
    periodSeconds: 300,
    threshold: { parameter: 'webhooksRejectedAlarmAbove', default: 0 },
  },
  {
    page: 'webhooks-ambiguous',
    description:
      'A forge has sent an event with keys that this version does not know, and the source can not be asked: deletions ' +
      'are being lost.',
    metric: 'WebhooksAmbiguous',
    periodSeconds: 300,
    threshold: 0,
  },
  {
    page: 'secrets-unusable',
    description:
      "A source or an account of the configuration can't be used: its secret is missing, malformed or shared. Deliveries " +
      'of that source are refused; requests of that account are dead-lettered. All others work.',
    metric: 'SecretsUnusable',
    periodSeconds: 300,
    threshold: 0,
  },
  {
    page: 'clean-errors',
    description: 'The function clean failed as a whole; its log says why. The queue tries again.',
    // A failed deletion is not an error of the function; a missing variable is.
    metric: errorsOf('CleanLambdaFunction'),
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'logins-refused',
    description:
      'Huawei Cloud does not take the stored credentials. Nothing is deleted for their account until somebody mends it.',
    metric: 'LoginsRefused',
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'throttles',
    description: 'Huawei Cloud has been refusing calls for a quarter of an hour because there are too many.',
    metric: 'Throttles',
    periodSeconds: 300,
    periods: 3,
    // An API at its limit throttles a few calls, and they pass.
    threshold: { parameter: 'throttlesAlarmAbove', default: 20 },
    widget: 'Calls that Huawei Cloud throttled',
  },
  {
    page: 'ledger-failures',
    description: "The ledger can't be written, so nothing is deleted. Requests come back until it can.",
    metric: 'LedgerFailures',
    periodSeconds: 300,
    // A request that failed once is retried after six minutes.
    periods: 3,
    datapoints: 2,
    threshold: 0,
  },
  {
    page: 'sweep-errors',
    description:
      'The function sweep failed as a whole; its log says why. A step is tried again by its queue.',
    // The steps of a sweep that hangs end in the dead-letter queue, which has an alarm of its own.
    metric: errorsOf('SweepLambdaFunction'),
    periodSeconds: 60,
    threshold: 0,
  },
  {
    page: 'sweeps-refused',
    description:
      'A sweep found more tasks to delete than sweep.maxPercent allows, and deleted none. The log of sweep says what it ' +
      'found: is something wrong with a source, or is it right?',
    metric: 'SweepsRefused',
    periodSeconds: 60,
    threshold: 0,
    // One period later the alarm is over, whatever happened.
    notifiesOk: false,
  },
  {
    page: 'sweep-overdue',
    description: 'No sweep has finished for two periods of its schedule: what no event names stays.',
    // A new stage is in alarm until its first sweep has finished.
    metric: 'SweepsFinished',
    periodSeconds: 3600,
    // Two periods of the schedule, and time for the sweep itself. CloudWatch takes 168 at most.
    periods: { parameter: 'sweepOverdueHours', default: 26 },
    threshold: 1,
    side: 'below',
  },
];
