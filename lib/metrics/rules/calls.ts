import { type Measured, type Rules, secretRules } from '../measured-log.ts';

/** Metrics of every function that calls Huawei Cloud and publishes events. */
export const callRules: Rules = {
  ...secretRules,
  called: ({ service, throttled, ms }) => [
    [service === 'iam' ? 'IamLatency' : 'SwrLatency', ms],
    ['Throttles', throttled === true && 1],
  ],
  token: 'Logins',
  'login rejected': 'LoginsRejected',
  'not published': ({ count }) => [['NotPublished', count]],
};

/** Metric of a failure of the ledger. */
export function measureLedger(code: unknown): Measured {
  return ['LedgerFailures', code === 'LEDGER_UNAVAILABLE' && 1];
}
