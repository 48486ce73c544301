import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { type SampleEvent, senders, writeSample } from '../../cli/send/senders.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';

const signingSecret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

/** A valid secret by type, as it is stored. */
export const SECRETS_BY_TYPE: Readonly<Record<SendableType, string>> = {
  github: 'secret of github in this test',
  gitlab: 'secret-of-gitlab-in-this-test',
  gitea: 'secret of gitea in this test',
  bitbucket: 'secret of bitbucket in this test',
  'standard-webhooks': signingSecret(7),
  cloudevents: signingSecret(8),
  harbor: 'Bearer harbor-0123456789abcdef0123',
  acr: 'X-Registry-Proof: acr-0123456789abcdef0123',
  distribution: 'X-Registry-Proof: distribution-0123456789abcdef0123',
};
export const SENDABLE = Object.keys(SECRETS_BY_TYPE).filter((type) => isSendableType(type));

function isSendableType(type: string): type is SendableType {
  return type in SECRETS_BY_TYPE;
}

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
  /** Values of the headers that authenticate it. */
  readonly proofs: readonly string[];
}

/** A delivery as its sender sends it, signed with a stored secret. */
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
