import type { Measured, Rules } from '../measured-log.ts';
import { secretRules } from './secrets.ts';

/** For every function that calls Huawei Cloud, and tells others what it has done. */
export const callRules: Rules = {
  ...secretRules,
  called: ({ service, throttled, ms }) => [
    [service === 'iam' ? 'IamLatency' : 'SwrLatency', ms],
    ['Throttles', throttled === true && 1],
  ],
  token: 'Logins',
  'login refused': 'LoginsRefused',
  'not published': ({ count }) => [['NotAnnounced', count]],
};

/** A failure that is logged, if it was the ledger that failed. */
export function measureLedger(code: unknown): Measured {
  return ['LedgerFailures', code === 'LEDGER_UNAVAILABLE' && 1];
}
