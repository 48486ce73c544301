import { type Rules, secretRules } from '../measured-log.ts';

export const receiveRules: Rules = {
  ...secretRules,
  verified: ({ source, expected }) => [
    ['ExpectedDeliveries', expected === true && 1, `source ${String(source)}`],
  ],
  queued: 'WebhooksAccepted',
  ignored: 'WebhooksIgnored',
  rejected: ({ status, code }) => [
    ['WebhooksRejected', isSenderError(Number(status)) && 1],
    ['WebhooksAmbiguous', code === 'AMBIGUOUS_EVENT' && 1],
  ],
};

/** True for a rejected webhook. Unknown addresses belong to no source, and the HTTP API counts 5xx. */
function isSenderError(status: number): boolean {
  return status < 500 && status !== 404 && status !== 405;
}
