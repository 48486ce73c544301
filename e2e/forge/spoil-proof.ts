import type { Random } from '../soak/random.ts';
import type { Delivery } from './delivery.ts';

/** Spoils what proves a delivery, in one of its headers; `undefined` where no header does. */
export function spoilProof(
  delivery: Delivery,
  proofs: readonly string[],
  random: Random,
): Delivery | undefined {
  const present = proofs.filter((name) => name in delivery.headers);
  if (present.length === 0) return undefined;
  const spoil = random.pick(SPOILS);
  const spoiled = present.map((name) => [name, spoil(delivery.headers[name] ?? '', random)] as const);
  return { ...delivery, headers: { ...delivery.headers, ...Object.fromEntries(spoiled) } };
}

const SPOILS: readonly ((value: string, random: Random) => string)[] = [
  () => '',
  (value) => value.slice(0, -4),
  (value, random) => value.slice(0, random.integer(0, value.length - 4)),
  (value) => value.replaceAll(/[0-9a-z]/gi, '0'),
  (value) => `x${value}`,
  (value) => value.replace('sha256=', 'sha1=').replace('v1,', 'v1a,').slice(0, -5),
  () =>
    Array.from({ length: 200 }, (_, index) => `v1,${Buffer.alloc(32, index).toString('base64')}`).join(' '),
  (value, random) => {
    const at = random.integer(Math.ceil(value.length / 2), Math.max(0, value.length - 3));
    return `${value.slice(0, at)}${value[at] === 'b' ? 'a' : 'b'}${value.slice(at + 1)}`;
  },
];
