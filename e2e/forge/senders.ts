import { createHash, sign } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { senders } from '../../cli/send/senders.ts';
import { formatSeconds } from '../../cli/send/signatures.ts';
import { ROOT } from '../../command-line/options.ts';
import type { Config } from '../../lib/config/config.ts';
import { sns } from '../../lib/sources/aws-sns.ts';
import { smn } from '../../lib/sources/huawei-smn.ts';
import { type SourceType, sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import { signedText } from '../../lib/sources/topic.ts';
import { makeDelivery, type RawDelivery } from './delivery.ts';

const FIXTURES = join(ROOT, 'test/fixtures');
const EXAMPLES = '@octokit/webhooks-examples/api.github.com/index.json';

const webhookSchema = v.object({ headers: v.record(v.string(), v.string()), body: v.string() });
const examplesSchema = v.array(v.object({ name: v.string(), examples: v.array(v.unknown()) }));
/** A message in JSON, of any size. */
const jsonSchema = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** Who signs: the sender itself, or a stranger with a key of the same form. */
type Signer = 'own' | 'foreign';

/** Recorded and documented deliveries of one source, with a function that signs them. */
export interface ForgeSender {
  readonly source: string;
  readonly type: SourceType;
  /** As it is stored; missing for topics. It follows from the seed. */
  readonly secret?: string;
  /** The secret is a token, whose owner may send any body. */
  readonly tokenOnly: boolean;
  /** Names of the headers with signatures and tokens, in lower case. */
  readonly signatureHeaders: readonly string[];
  readonly samples: readonly RecordedDelivery[];
  /**
   * Signs a body now.
   *
   * @param id of the delivery, where it is signed.
   */
  sign(sample: RecordedDelivery, body: string, id: string, by?: Signer): RawDelivery;
}

export interface RecordedDelivery {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Senders for every source of a configuration. */
export function createSenders(configured: Config['sources'], seed: number): readonly ForgeSender[] {
  return Object.entries(configured).map(([source, { type }]) => {
    const recorded = readSamples(type);
    const samples = source === 'github' ? [...recorded, ...readExamples()] : recorded;
    if (type === 'aws-sns' || type === 'huawei-smn') return { ...topicSender(type), source, type, samples };
    return { ...keyedSender(source, type, seed), source, type, samples };
  });
}

type Signing = Omit<ForgeSender, 'source' | 'type' | 'samples'>;

/** A source whose name ends with `-signed` has a signing secret, although its type may have a token. */
function makeSecret(source: string, type: SendableType, seed: number): string {
  const digest = createHash('sha256').update(`${seed} ${source}`).digest();
  if (type === 'standard-webhooks' || type === 'cloudevents' || source.endsWith('-signed'))
    return `whsec_${digest.toString('base64')}`;
  const token = digest.toString('hex');
  if (type === 'harbor') return `Bearer ${token}`;
  return type === 'acr' || type === 'distribution' ? `X-Registry-Proof: ${token}` : token;
}

function keyedSender(source: string, type: SendableType, seed: number): Signing {
  const described: Source = sources[type];
  const secret = makeSecret(source, type, seed);
  const keys = {
    own: described.parseSecret(secret),
    foreign: described.parseSecret(makeSecret(source, type, seed + 1)),
  };
  const signContent = senders[type].sign;
  const signatureHeaders = Object.keys(lowerCased(signContent({ headers: {}, body: '' }, keys.own)));
  return {
    secret,
    tokenOnly: secret.includes(' ') || (type === 'gitlab' && !secret.startsWith('whsec_')),
    signatureHeaders: [...signatureHeaders, 'x-forgejo-signature'],
    sign({ headers }, body, id, by = 'own') {
      const timed = {
        'webhook-id': id,
        'webhook-timestamp': formatSeconds(new Date()),
        'Idempotency-Key': id,
      };
      const made = lowerCased(signContent({ headers: timed, body }, keys[by]));
      const { 'x-gitea-signature': gitea } = made;
      const signed = {
        ...headers,
        ...('webhook-signature' in made && lowerCased(timed)),
        ...made,
        ...('x-forgejo-signature' in headers && gitea !== undefined && { 'x-forgejo-signature': gitea }),
      };
      return makeDelivery(source, signed, Buffer.from(body));
    },
  };
}

const readText = (fixture: string) => readFileSync(join(FIXTURES, fixture), 'utf8');

/** The pair that plays the topic services' own, and a stranger's. */
export const signingPairs = {
  own: { key: readText('huawei-smn/signing.key'), certificate: readText('huawei-smn/signing.crt') },
  foreign: { key: readText('tls/self-signed.key'), certificate: readText('tls/self-signed.crt') },
};

const TOPICS = {
  'aws-sns': { service: sns, signature: 'Signature', version: { SignatureVersion: '2' } },
  'huawei-smn': { service: smn, signature: 'signature', version: { signature_version: 'v1' } },
} as const;

/** Signs messages, whose signature is in the body. */
function topicSender(type: keyof typeof TOPICS): Signing {
  const { service, signature, version } = TOPICS[type];
  const time = service.fields.timestamp;
  return {
    tokenOnly: false,
    signatureHeaders: [],
    sign({ headers }, body, _id, by = 'own') {
      const parsed = v.safeParse(jsonSchema, body);
      if (!parsed.success) return makeDelivery(type, headers, Buffer.from(body));
      const message = { ...parsed.output, ...version, [time]: new Date().toISOString(), [signature]: '-' };
      const read = v.safeParse(service.schema, message);
      const made = read.success
        ? sign('sha256', Buffer.from(signedText(read.output)), signingPairs[by].key).toString('base64')
        : '-';
      return makeDelivery(type, headers, Buffer.from(JSON.stringify({ ...message, [signature]: made })));
    },
  };
}

function readSamples(type: SourceType): RecordedDelivery[] {
  const recorded = globSync('*.json', { cwd: join(FIXTURES, type) }).toSorted();
  return recorded.map((file) => {
    const { headers, body } = v.parse(webhookSchema, JSON.parse(readText(`${type}/${file}`)));
    return { name: `${type}/${basename(file, '.json')}`, headers, body };
  });
}

/** One example of each of GitHub's events, and all that say that something was deleted. */
function readExamples(): RecordedDelivery[] {
  const examples = v.parse(examplesSchema, createRequire(import.meta.url)(EXAMPLES));
  return examples.flatMap(({ name, examples: all }) =>
    all
      .filter((each, index) => index === 0 || v.is(v.object({ action: v.literal('deleted') }), each))
      .map((each) => ({
        name: `github example ${name}`,
        headers: { 'content-type': 'application/json', 'x-github-event': name, 'x-github-delivery': name },
        body: JSON.stringify(each),
      })),
  );
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
