import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { type SampleEvent, senders, writeSample } from '../../cli/send/senders.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';

export interface DeliveryOptions {
  readonly event?: SampleEvent;
  readonly repository?: string;
  /** Makes another body of the right one, which is signed then. */
  readonly body?: (right: string) => string;
  /** In place of others, or beside them; lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface SignedDelivery {
  readonly headers: Record<string, string | undefined>;
  readonly body: string;
  /** The values of the headers that prove it. */
  readonly proofs: readonly string[];
}

/** What a sender would send, proved with a secret as it is stored. */
export function signDelivery(
  type: SendableType,
  secret: string,
  { event = 'deletion', repository = 'acme/one', body, headers = {} }: DeliveryOptions = {},
): SignedDelivery {
  const content = writeSample(type, { event, repository });
  const changed = { ...content, body: body?.(content.body) ?? content.body };
  const source: Source = sources[type];
  const proof = senders[type].sign(changed, source.parseSecret(secret));
  const all = Object.entries({ ...content.headers, ...proof }).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  return {
    headers: { ...Object.fromEntries(all), ...headers },
    body: changed.body,
    proofs: Object.values(proof),
  };
}
