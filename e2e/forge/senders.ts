import { sign } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { senders } from '../../cli/send/senders.ts';
import { formatSeconds } from '../../cli/send/signatures.ts';
import { ROOT } from '../../command-line/options.ts';
import { sns } from '../../lib/sources/aws-sns.ts';
import { smn } from '../../lib/sources/huawei-smn.ts';
import type { SourceType } from '../../lib/sources/index.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import { signedText } from '../../lib/sources/topic.ts';
import type { Random } from '../soak/random.ts';
import { makeDelivery, type RawDelivery } from './delivery.ts';
import type { SigningPair } from './sender-keys.ts';

const FIXTURES = join(ROOT, 'test/fixtures');
const EXAMPLES = '@octokit/webhooks-examples/api.github.com/index.json';

const webhookSchema = v.object({ headers: v.record(v.string(), v.string()), body: v.string() });
const examplesSchema = v.array(v.object({ name: v.string(), examples: v.array(v.unknown()) }));
/** A message in JSON, of any size. */
const jsonSchema = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** Recorded and documented deliveries of one source, with a function that signs them. */
export interface ForgeSender {
  readonly source: string;
  /** The secret is a token, whose owner may send any body. */
  readonly tokenOnly: boolean;
  /** Names of the headers with signatures and tokens, in lower case. */
  readonly signatureHeaders: readonly string[];
  readonly samples: readonly RecordedDelivery[];
  /** @returns the delivery of a body, signed now by this sender's key or by another. */
  sign(sample: RecordedDelivery, body: string, random: Random, by?: 'own' | 'foreign'): RawDelivery;
}

export interface RecordedDelivery {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Keys {
  readonly secrets: Readonly<Record<string, string>>;
  /** Others of the same form. */
  readonly foreignSecrets: Readonly<Record<string, string>>;
  readonly own: SigningPair;
  readonly foreign: SigningPair;
}

/** Senders for every source of `config.yml`. */
export function createSenders({ secrets, foreignSecrets, own, foreign }: Keys): readonly ForgeSender[] {
  const keyed = (source: string, type: SendableType, more: readonly RecordedDelivery[] = []): ForgeSender => {
    const [secret = '', foreignSecret = ''] = [secrets, foreignSecrets].map(
      (each) => each[`forge/${source}`],
    );
    return keyedSender(source, type, { secret, foreignSecret, samples: [...readSamples(type), ...more] });
  };
  return [
    keyed('github', 'github', readExamples()),
    keyed('gitea', 'gitea'),
    keyed('bitbucket', 'bitbucket'),
    keyed('gitlab', 'gitlab'),
    keyed('gitlab-signed', 'gitlab'),
    keyed('standard-webhooks', 'standard-webhooks'),
    keyed('cloudevents', 'cloudevents'),
    keyed('harbor', 'harbor'),
    keyed('acr', 'acr'),
    keyed('distribution', 'distribution'),
    topicSender('aws-sns', { own, foreign }),
    topicSender('huawei-smn', { own, foreign }),
  ];
}

function keyedSender(
  name: string,
  type: SendableType,
  {
    secret,
    foreignSecret,
    samples,
  }: Pick<ForgeSender, 'samples'> & { secret: string; foreignSecret: string },
): ForgeSender {
  const source: Source = sources[type];
  const key = source.parseSecret(secret);
  const foreignKey = source.parseSecret(foreignSecret);
  const { sign: signContent } = senders[type];
  const tokenOnly =
    ['harbor', 'acr', 'distribution'].includes(type) || (type === 'gitlab' && !secret.startsWith('whsec_'));
  const signBody: ForgeSender['sign'] = (sample, body, random, by = 'own') => {
    const id = makeId(random);
    const timed = { 'webhook-id': id, 'webhook-timestamp': formatSeconds(new Date()), 'Idempotency-Key': id };
    const made = lowerCased(signContent({ headers: timed, body }, by === 'own' ? key : foreignKey));
    const forgejo = made['x-gitea-signature'];
    const headers = {
      ...sample.headers,
      ...('webhook-signature' in made && lowerCased(timed)),
      ...made,
      ...('x-forgejo-signature' in sample.headers &&
        forgejo !== undefined && { 'x-forgejo-signature': forgejo }),
    };
    return makeDelivery(name, headers, Buffer.from(body));
  };
  const signatureHeaders = Object.keys(lowerCased(signContent({ headers: {}, body: '' }, key)));
  return {
    source: name,
    tokenOnly,
    signatureHeaders: [...signatureHeaders, 'x-forgejo-signature'],
    samples,
    sign: signBody,
  };
}

type TopicType = Exclude<SourceType, SendableType>;

const TOPICS = {
  'aws-sns': { service: sns, signature: 'Signature', version: { SignatureVersion: '2' } },
  'huawei-smn': { service: smn, signature: 'signature', version: { signature_version: 'v1' } },
} as const;

function topicSender(type: TopicType, pairs: Pick<Keys, 'own' | 'foreign'>): ForgeSender {
  const { service, signature, version } = TOPICS[type];
  const time = service.fields.timestamp;
  const signBody: ForgeSender['sign'] = ({ headers }, body, _random, by = 'own') => {
    const parsed = v.safeParse(jsonSchema, body);
    if (!parsed.success) return makeDelivery(type, headers, Buffer.from(body));
    const message = { ...parsed.output, ...version, [time]: new Date().toISOString(), [signature]: '-' };
    const read = v.safeParse(service.schema, message);
    const made = read.success
      ? sign('sha256', Buffer.from(signedText(read.output)), pairs[by].key).toString('base64')
      : '-';
    return makeDelivery(type, headers, Buffer.from(JSON.stringify({ ...message, [signature]: made })));
  };
  return { source: type, tokenOnly: false, signatureHeaders: [], samples: readSamples(type), sign: signBody };
}

function readSamples(type: SourceType): RecordedDelivery[] {
  const recorded = globSync('*.json', { cwd: join(FIXTURES, type) }).toSorted();
  return recorded.map((file) => {
    const { headers, body } = v.parse(
      webhookSchema,
      JSON.parse(readFileSync(join(FIXTURES, type, file), 'utf8')),
    );
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

function makeId(random: Random): string {
  return `msg_${random.integer(0, 2 ** 32 - 1).toString(36)}`;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
