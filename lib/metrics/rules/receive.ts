import type { Rules } from '../measured-log.ts';
import { secretRules } from './secrets.ts';

export const receiveRules: Rules = {
  ...secretRules,
  queued: 'WebhooksAccepted',
  ignored: 'WebhooksIgnored',
  rejected: ({ status, code }) => [
    ['WebhooksRejected', isSendersFault(Number(status)) && 1],
    ['WebhooksAmbiguous', code === 'AMBIGUOUS_EVENT' && 1],
  ],
};

/** What comes to an unknown address is nobody's webhook, and a 5xx is counted by the HTTP API. */
function isSendersFault(status: number): boolean {
  return status < 500 && status !== 404 && status !== 405;
}
