import * as v from 'valibot';
import type { Random } from '../soak/random.ts';
import type { RawDelivery } from './delivery.ts';

const messageSchema = v.record(v.string(), v.unknown());

const REPLACEMENTS = [
  ['"repository"', '"organization"'],
  ['Hello-World', 'core'],
  ['created', 'deleted'],
  ['"deleted"', '"deleted" '],
  ['acme', 'platform'],
  ['{', '{"__proto__":{},'],
] as const;

/** Changes of the bytes that are signed. */
const BODY: readonly ((body: Buffer, random: Random) => Buffer)[] = [
  flipBits,
  flipBits,
  (body, random) => body.subarray(0, random.integer(0, body.length)),
  (body, random) => Buffer.concat([body, Buffer.from(random.pick([' ', '\0', '{}', '\n', '\u00e9']))]),
  (body) => Buffer.concat([Buffer.from('\uFEFF'), body]),
  (body, random) => {
    const [from, to] = random.pick(REPLACEMENTS);
    return Buffer.from(body.toString('latin1').replace(from, to), 'latin1');
  },
];

export function mutateBody(delivery: RawDelivery, random: Random): RawDelivery {
  return withBody(delivery, random.pick(BODY)(delivery.body, random));
}

/** Changes a field of a topic's message, and leaves its signature. */
export function mutateMessage(delivery: RawDelivery, random: Random): RawDelivery {
  if (random.chance(0.3)) return mutateBody(delivery, random);
  const fields = new Map(Object.entries(v.parse(messageSchema, JSON.parse(delivery.body.toString('utf8')))));
  const name = random.pick([...fields.keys(), 'Subject', 'subscribe_url', 'SubscribeURL']);
  const value = fields.get(name);
  const old = typeof value === 'string' ? value : '';
  fields.set(name, random.pick(/url/i.test(name) ? addressesLike(old) : textsLike(old)));
  return withBody(delivery, Buffer.from(JSON.stringify(Object.fromEntries(fields))));
}

function addressesLike(url: string): readonly string[] {
  return [
    'https://attacker.example/certificate.pem',
    url.replace('https:', 'http:'),
    url.replace('https://', 'https://attacker.example/'),
    url.replace('https://', 'https://attacker.example@'),
    url.replace('.com/', '.com.attacker.example/'),
    url.replace('.com/', '.com:444/'),
    url.replace('.com/', '.com./'),
    url.replace(/\/\/s[nm][sn]\./, '//attacker.s3.'),
    `${url}#${url.length}`,
    `${url}?x=1`,
    `${url}/../other.pem`,
    url.toUpperCase(),
    '',
  ];
}

function textsLike(text: string): readonly unknown[] {
  return [
    `${text}x`,
    text.slice(1),
    text.toUpperCase(),
    '',
    ' ',
    '1999-01-01T00:00:00Z',
    '2099-01-01T00:00:00Z',
    null,
    {},
    1,
    `${text}\n`,
  ];
}

function flipBits(genuine: Buffer, random: Random): Buffer {
  if (genuine.length === 0) return Buffer.from('{}');
  const body = Buffer.from(genuine);
  for (let left = random.integer(1, 3); left > 0; left -= 1) {
    const at = random.integer(0, body.length - 1);
    body[at] = (body[at] ?? 0) ^ (1 << random.integer(0, 7));
  }
  return body;
}

/** Bytes that may be no text are carried in base64. */
function withBody(delivery: RawDelivery, body: Buffer): RawDelivery {
  return { ...delivery, body, base64: true, saysBase64: true };
}

/** Spoils a signature or token in the headers; undefined if there is none. */
export function spoilSignature(
  delivery: RawDelivery,
  signatureHeaders: readonly string[],
  random: Random,
): RawDelivery | undefined {
  const present = signatureHeaders.filter((name) => name in delivery.headers);
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
