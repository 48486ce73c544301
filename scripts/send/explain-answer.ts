import * as v from 'valibot';
import { parseJson } from '../../lib/json.ts';
import type { SampleEvent } from './sender.ts';

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
  /** To the secret that proved it. */
  readonly reference: string;
  /** Whether the address is on this machine. */
  readonly local: boolean;
  /** Explains the routes; missing where none are asked. */
  readonly routeCommand?: string;
}

/** What the service's answer says about the set-up, and whether all is well. */
export function explainAnswer(
  status: number,
  body: string,
  sent: Sent,
): { readonly ok: boolean; readonly text: string } {
  if (status < 200 || status > 299) return { ok: false, text: explainRefusal(status, sent) };
  const answer = parseJson(body);
  if (v.is(acceptedSchema, answer)) return { ok: true, text: explainAcceptance(answer, sent) };
  if (v.is(ignoredSchema, answer)) return { ok: true, text: explainIgnored(answer.reason, sent) };
  return { ok: false, text: 'This is no answer of swr-sync-cleanup: the address is that of something else.' };
}

function explainAcceptance(
  { id, requests }: v.InferOutput<typeof acceptedSchema>,
  { stage, local }: Sent,
): string {
  const images = requests.map(({ namespace, repository = '*' }) => `${namespace}/${repository}`).join(', ');
  const place = local
    ? 'what npm start prints'
    : `the log of swr-sync-cleanup-${stage}-clean (/aws/lambda/swr-sync-cleanup-${stage}-clean)`;
  return `Accepted: the proof fits, and the queue has the request for ${images}. What becomes of it stands in ${place}, under the id ${id}.`;
}

function explainIgnored(reason: string, { event, routeCommand }: Sent): string {
  const proved = 'Ignored: the proof fits, and nothing will be done.';
  if (event === 'ping') return `${proved} So it has to be for an event that deletes nothing.`;
  const hint = routeCommand === undefined ? '' : ` See: ${routeCommand}`;
  return `${proved} The reason: ${reason}.${hint}`;
}

function explainRefusal(status: number, { source, reference, stage }: Sent): string {
  const receive = `the log of swr-sync-cleanup-${stage}-receive`;
  switch (status) {
    case 401:
      return `Refused: it was proved with ${reference}, and ${source} has another secret where it was sent. A changed secret counts within 5 minutes; the detail says which check failed.`;
    case 404:
      return `There is no source ${source} at this address: either it is not that of the webhooks of stage ${stage}, or the source was configured after the last deployment.`;
    case 403:
      return 'Forbidden: something before the service let it not pass, such as a firewall or the policy of the API.';
    case 413:
    case 415:
    case 422:
      return `The proof fits, but the shape was not taken: another version may be deployed. The detail is in ${receive}.`;
    case 429:
      return 'Throttled: more arrives than the API lets through. Try again.';
    case 503:
      return `The secret or the queue can not be reached at the moment. The cause is in ${receive}; try again.`;
    default:
      if (status >= 500) return `The service failed. The cause is in ${receive}.`;
      if (status >= 300 && status < 400)
        return 'The address leads elsewhere, and a sender would not follow it either.';
      return 'The service does not give this answer: something else did, at this address or before it.';
  }
}
