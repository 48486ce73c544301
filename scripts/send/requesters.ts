import { secondsOf, standardSignature } from './proofs.ts';
import type { Facts, Sender } from './sender.ts';

/** Whoever signs the way of Standard Webhooks and names SWR repositories. */
export const standardWebhooks: Sender = {
  write(facts) {
    const { event, at } = facts;
    const body = {
      type: event === 'ping' ? 'ping' : 'repository.deleted',
      timestamp: at.toISOString(),
      data: event === 'ping' ? {} : requestOf(facts),
    };
    return { headers: headersOf(facts, 'application/json'), body: JSON.stringify(body) };
  },
  proof: standardSignature,
};

/** One event in the structured mode of CloudEvents 1.0, signed in the same way. */
export const cloudevents: Sender = {
  write(facts) {
    const { event, id, at } = facts;
    const body = {
      specversion: '1.0',
      id,
      type: event === 'ping' ? 'ping' : 'repository.deleted',
      source: '/swr-sync-cleanup/sample',
      time: at.toISOString(),
      datacontenttype: 'application/json',
      data: event === 'ping' ? {} : requestOf(facts),
    };
    return { headers: headersOf(facts, 'application/cloudevents+json'), body: JSON.stringify(body) };
  },
  proof: standardSignature,
};

function headersOf({ id, at }: Facts, contentType: string): Record<string, string> {
  return {
    'Content-Type': contentType,
    'User-Agent': 'swr-sync-cleanup',
    'webhook-id': id,
    'webhook-timestamp': secondsOf(at),
  };
}

/** The repository is always there, if need be empty and refused: without one, a request means the organization. */
function requestOf({ repository }: Facts): { namespace: string; repository: string } {
  const [namespace = '', ...name] = repository.split('/');
  return { namespace, repository: name.join('/') };
}
