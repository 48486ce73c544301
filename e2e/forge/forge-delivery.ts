import type { Random } from '../soak/random.ts';
import type { RawDelivery } from './delivery.ts';
import { mutateBody, mutateMessage, spoilSignature } from './mutate-signed.ts';
import { mutateUnsigned } from './mutate-unsigned.ts';
import type { ForgeSender, RecordedDelivery } from './senders.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The expected result of a delivery. `same`: nothing is queued, or exactly the messages of its genuine one. `rejected`: nothing
 * is queued, and the answer is an error. `any`: its sender may choose its content.
 */
export type Expected = 'same' | 'rejected' | 'any';

/** A genuine delivery, and the messages that it has queued. */
export interface GenuineDelivery {
  readonly sender: ForgeSender;
  readonly sample: RecordedDelivery;
  readonly delivery: RawDelivery;
  readonly queued: readonly string[];
}

/** A delivery with its expected result. */
export interface Forgery {
  readonly kind: string;
  readonly expected: Expected;
  readonly delivery: RawDelivery;
}

type Forge = (
  reference: GenuineDelivery,
  random: Random,
  senders: readonly ForgeSender[],
) => readonly [Expected, RawDelivery];

/** The expected result of a changed body: the owner of a token may send any. */
const changed = ({ sender }: GenuineDelivery): Expected => (sender.tokenOnly ? 'any' : 'same');

const KINDS: Readonly<Record<string, readonly [weight: number, forge: Forge]>> = {
  'unsigned parts': [40, ({ delivery }, random) => ['same', mutateUnsigned(delivery, random)]],
  body: [15, (reference, random) => [changed(reference), mutateBody(reference.delivery, random)]],
  'body and unsigned parts': [
    8,
    (reference, random) => [
      changed(reference),
      mutateBody(mutateUnsigned(reference.delivery, random), random),
    ],
  ],
  signature: [
    15,
    ({ sender, delivery }, random) => {
      const spoiled = spoilSignature(delivery, sender.signatureHeaders, random);
      // The signature of a topic's message is in its body.
      return spoiled === undefined ? ['same', mutateMessage(delivery, random)] : ['rejected', spoiled];
    },
  ],
  'foreign key': [
    7,
    ({ sender, sample }, random) => [
      'rejected',
      sender.sign(sample, sample.body, makeSampleId(random), 'foreign'),
    ],
  ],
  'foreign source': [
    7,
    ({ sender, delivery }, random, senders) => {
      const { source } = random.pick(senders.filter((each) => each.source !== sender.source));
      return ['rejected', { ...delivery, source }];
    },
  ],
  'signed garbage': [
    8,
    ({ sender, sample, delivery }, random) => {
      const body = mutateBody(delivery, random).body.toString('utf8');
      return ['any', sender.sign(sample, body, makeSampleId(random))];
    },
  ],
  huge: [0.05, (reference, random) => forgeHuge(reference, random.pick(HUGE), random)],
};
const WEIGHTED = Object.entries(KINDS).map(([kind, [weight, forge]]) => [weight, { kind, forge }] as const);

export function forgeDelivery(
  reference: GenuineDelivery,
  random: Random,
  senders: readonly ForgeSender[],
): Forgery {
  const { kind, forge } = random.pickWeighted(WEIGHTED);
  const [expected, delivery] = forge(reference, random, senders);
  return { kind, expected, delivery };
}

/** Every kind of huge body, once. */
export function forgeEveryHuge(reference: GenuineDelivery, random: Random): readonly Forgery[] {
  return HUGE.map((shape) => {
    const [expected, delivery] = forgeHuge(reference, shape, random);
    return { kind: 'huge', expected, delivery };
  });
}

type Shape = readonly [first: string, filling: string, last: string];

const HUGE: readonly Shape[] = [
  ['[', '{},', '{}]'],
  ['{"events":[', '{"action":"delete"},', '{}]}'],
  ['{"a":"', 'x', '"}'],
  ['[', '[', ''],
  ['{"type":"repository.deleted","data":{"namespace":"acme","repository":"web","targets":[', '{},', '{}]}}'],
];

function forgeHuge(
  { sender, sample }: GenuineDelivery,
  [first, filling, last]: Shape,
  random: Random,
): ReturnType<Forge> {
  const bytes = random.integer(MAX_BODY_BYTES / 2, MAX_BODY_BYTES + 1000);
  const body = first + filling.repeat(Math.floor(bytes / filling.length)) + last;
  const by = random.pick(['own', 'foreign'] as const);
  return [by === 'own' ? 'any' : 'rejected', sender.sign(sample, body, makeSampleId(random), by)];
}

/** The id of a delivery. */
export function makeSampleId(random: Random): string {
  return `msg_${random.integer(0, 2 ** 32 - 1).toString(36)}`;
}
