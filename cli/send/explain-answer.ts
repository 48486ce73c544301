import * as v from 'valibot';
import type { SampleEvent } from './senders.ts';

const acceptedSchema = v.object({
  status: v.literal('accepted'),
  id: v.string(),
  requests: v.array(v.object({ namespace: v.string(), repository: v.optional(v.string()) })),
});
const ignoredSchema = v.object({ status: v.literal('ignored'), reason: v.string() });

export interface Sent {
  readonly source: string;
  readonly stage: string;
  readonly event: SampleEvent;
  /** Reference of the secret that signed it. */
  readonly reference: string;
  /** True for an address on this machine. */
  readonly local: boolean;
  /** Command that explains the routes; missing for sources without routes. */
  readonly routeCommand?: string;
}

/** Explains what the service's answer says about the set-up, and whether the service took the sample. */
export function explainAnswer(
  status: number,
  answer: unknown,
  sent: Sent,
): { readonly ok: boolean; readonly text: string } {
  if (status < 200 || status > 299) return { ok: false, text: explainRejection(status, sent) };
  if (v.is(acceptedSchema, answer)) return { ok: true, text: explainAccepted(answer, sent) };
  if (v.is(ignoredSchema, answer)) return { ok: true, text: explainIgnored(answer.reason, sent) };
  return {
    ok: false,
    text: 'Not an answer of swr-sync-cleanup: the address belongs to something else. Check --url.',
  };
}

function explainAccepted({ id, requests }: v.InferOutput<typeof acceptedSchema>, { stage, local }: Sent) {
  const images = requests.map(({ namespace, repository = '*' }) => `${namespace}/${repository}`).join(', ');
  const log = `swr-sync-cleanup-${stage}-clean`;
  const place = local ? 'the output of npm start' : `the log of ${log} (/aws/lambda/${log})`;
  return `Accepted: the signature is valid, and the request for ${images} is queued. See ${place} for its outcome, under the id ${id}.`;
}

function explainIgnored(reason: string, { event, routeCommand }: Sent): string {
  const ignored = 'Ignored: the signature is valid, and nothing will be deleted.';
  if (event === 'ping') return `${ignored} This is the right answer to a ping.`;
  const hint = routeCommand === undefined ? '' : ` See: ${routeCommand}`;
  return `${ignored} The reason: ${reason}.${hint}`;
}

function explainRejection(status: number, { source, reference, stage }: Sent): string {
  const receive = `the log of swr-sync-cleanup-${stage}-receive`;
  switch (status) {
    case 401:
      return `Signature verification failed for source ${source}, signed with ${reference}. The deployed stage uses a different secret. A changed secret takes effect within 5 minutes; the detail names the failed check.`;
    case 404:
      return `There is no source ${source} at this address: either the address is not that of stage ${stage}, or the source was configured after the last deployment.`;
    case 403:
      return 'Forbidden: something in front of the service rejected the request, such as a firewall or the policy of the API.';
    case 413:
    case 415:
    case 422:
      return `The signature is valid, but the body was rejected: another version may be deployed. See ${receive} for the detail.`;
    case 429:
      return 'Throttled: more requests arrive than the API accepts. Retry later.';
    case 503:
      return `The secret or the queue is unavailable. See ${receive} for the cause, and retry.`;
    default:
      if (status >= 500) return `The service failed. See ${receive} for the cause.`;
      if (status >= 300 && status < 400)
        return 'The address redirects elsewhere. Senders do not follow redirects: use the final address.';
      return 'The service does not give this answer: something else did, at this address or in front of it.';
  }
}
