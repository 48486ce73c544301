import type { Random } from '../soak/random.ts';
import type { Delivery } from './delivery.ts';
import type { Sample, Sender } from './genuine.ts';
import type { Claim } from './judge.ts';
import { mutateBody, mutateMessage } from './mutate-body.ts';
import { mutateUnsigned } from './mutate-unsigned.ts';
import { spoilProof } from './spoil-proof.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** A genuine delivery, and what it led to. */
export interface Reference {
  readonly sender: Sender;
  readonly sample: Sample;
  readonly delivery: Delivery;
  readonly queued: readonly string[];
}

/** A delivery to be judged. */
export interface Forgery {
  readonly kind: string;
  readonly claim: Claim;
  readonly delivery: Delivery;
}

type Forge = (reference: Reference, random: Random, senders: readonly Sender[]) => Omit<Forgery, 'kind'>;

/** What a changed body may lead to: whoever knows a token may send any. */
const changed = ({ sender }: Reference): Claim => (sender.tokenOnly ? 'any' : 'same');

const KINDS: Readonly<Record<string, { readonly weight: number; readonly forge: Forge }>> = {
  'unsigned parts': {
    weight: 40,
    forge: ({ delivery }, random) => ({ claim: 'same', delivery: mutateUnsigned(delivery, random) }),
  },
  body: {
    weight: 15,
    forge: (reference, random) => ({
      claim: changed(reference),
      delivery: mutateBody(reference.delivery, random),
    }),
  },
  'body and unsigned parts': {
    weight: 8,
    forge: (reference, random) => ({
      claim: changed(reference),
      delivery: mutateBody(mutateUnsigned(reference.delivery, random), random),
    }),
  },
  proof: {
    weight: 15,
    forge({ sender, delivery }, random) {
      const spoiled = spoilProof(delivery, sender.proofs, random);
      // A topic's message is proved by what stands in its body.
      if (spoiled === undefined) return { claim: 'same', delivery: mutateMessage(delivery, random) };
      return { claim: 'refused', delivery: spoiled };
    },
  },
  'foreign key': {
    weight: 7,
    forge: ({ sender, sample }, random) => ({
      claim: 'refused',
      delivery: sender.prove(sample, sample.body, random, 'foreign'),
    }),
  },
  'foreign source': {
    weight: 7,
    forge({ sender, delivery }, random, senders) {
      const { source } = random.pick(senders.filter((each) => each.source !== sender.source));
      return { claim: 'refused', delivery: { ...delivery, source } };
    },
  },
  'signed garbage': {
    weight: 8,
    forge({ sender, sample, delivery }, random) {
      const body = mutateBody(delivery, random).body.toString('utf8');
      return { claim: 'any', delivery: sender.prove(sample, body, random) };
    },
  },
  huge: {
    weight: 0.05,
    forge: ({ sender, sample }, random) => forgeHuge(sender, sample, random.pick(HUGE), random),
  },
};

export function forgeDelivery(reference: Reference, random: Random, senders: readonly Sender[]): Forgery {
  const kinds = Object.entries(KINDS).map(([kind, { weight, forge }]) => ({
    value: { kind, forge },
    weight,
  }));
  const { kind, forge } = random.pickWeighted(kinds);
  return { kind, ...forge(reference, random, senders) };
}

/** Every kind of huge body, once. */
export function forgeEveryHuge({ sender, sample }: Reference, random: Random): readonly Forgery[] {
  return HUGE.map((shape) => ({ kind: 'huge', ...forgeHuge(sender, sample, shape, random) }));
}

type Shape = readonly [first: string, filling: string, last: string];

const HUGE: readonly Shape[] = [
  ['[', '{},', '{}]'],
  ['{"events":[', '{"action":"delete"},', '{}]}'],
  ['{"a":"', 'x', '"}'],
  ['[', '[', ''],
  ['{"type":"repository.deleted","data":{"namespace":"acme","repository":"web","targets":[', '{},', '{}]}}'],
];

function forgeHuge(sender: Sender, sample: Sample, [first, filling, last]: Shape, random: Random) {
  const bytes = random.integer(MAX_BODY_BYTES / 2, MAX_BODY_BYTES + 1000);
  const body = first + filling.repeat(Math.floor(bytes / filling.length)) + last;
  const by = random.pick(['own', 'foreign'] as const);
  const claim: Claim = by === 'own' ? 'any' : 'refused';
  return { claim, delivery: sender.prove(sample, body, random, by) };
}
