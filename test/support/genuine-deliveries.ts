import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSourceType, type SourceType } from '../../lib/sources/index.ts';
import { readWebhook } from './fixture.ts';
import { gitHubExamples } from './github-examples.ts';

/** Signed time of every delivery. */
export const SENT_AT = Date.parse('2026-11-24T03:00:00Z');

/** Delivery of a sender, signed with the secret of its source. */
export interface GenuineDelivery {
  /** For messages: the file, or the event. */
  readonly name: string;
  readonly source: SourceType;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const signingSecret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const GITLAB = { token: 'token-of-the-gitlab-source', signing: signingSecret(1) };

/** Secrets by source, as they are stored; sources of topics have none. No two are the same. */
export const SECRETS: Readonly<Partial<Record<SourceType, string>>> = {
  github: 'secret-of-the-github-source',
  gitea: 'secret-of-the-gitea-source',
  bitbucket: 'secret-of-the-bitbucket-source',
  gitlab: JSON.stringify([GITLAB.token, GITLAB.signing]),
  'standard-webhooks': signingSecret(2),
  cloudevents: signingSecret(3),
  harbor: 'Bearer header-of-the-harbor-source',
  acr: 'X-Acr-Proof: header-of-the-acr-source',
  distribution: 'X-Distribution-Proof: header-of-the-distribution-source',
};

/** Topics by source, as the recorded messages have them. */
export const TOPICS: Readonly<Partial<Record<SourceType, readonly string[]>>> = {
  'aws-sns': ['arn:aws:sns:eu-central-1:123456789012:swr-deletions'],
  'huawei-smn': ['urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions'],
};

type Headers = Readonly<Record<string, string>>;

function hexHmac(source: SourceType, body: string): string {
  return createHmac('sha256', SECRETS[source] ?? '')
    .update(body)
    .digest('hex');
}

function signStandard(secret: string, { 'webhook-id': id = 'msg_1' }: Headers, body: string): Headers {
  const timestamp = String(SENT_AT / 1000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

function fixedHeader(source: SourceType): Headers {
  const [name = '', value = ''] = (SECRETS[source] ?? '').split(': ');
  return { [name.toLowerCase()]: value };
}

/** Headers that authenticate a body; SNS and SMN sign within it. */
const PROOFS: Readonly<Record<SourceType, (headers: Headers, body: string) => Headers>> = {
  github: (_, body) => ({ 'x-hub-signature-256': `sha256=${hexHmac('github', body)}` }),
  gitea: ({ 'x-forgejo-signature': forgejo }, body) => ({
    'x-gitea-signature': hexHmac('gitea', body),
    ...(forgejo !== undefined && { 'x-forgejo-signature': hexHmac('gitea', body) }),
  }),
  bitbucket: (_, body) => ({ 'x-hub-signature': `sha256=${hexHmac('bitbucket', body)}` }),
  gitlab: (headers, body) => ({
    'x-gitlab-token': GITLAB.token,
    ...(headers['webhook-signature'] !== undefined && signStandard(GITLAB.signing, headers, body)),
  }),
  'standard-webhooks': (headers, body) => signStandard(signingSecret(2), headers, body),
  cloudevents: (headers, body) => signStandard(signingSecret(3), headers, body),
  harbor: () => ({ authorization: SECRETS.harbor ?? '' }),
  acr: () => fixedHeader('acr'),
  distribution: () => fixedHeader('distribution'),
  'aws-sns': () => ({}),
  'huawei-smn': () => ({}),
};

function signFor(source: SourceType, headers: Headers, body: string): Headers {
  return { ...headers, ...PROOFS[source](headers, body) };
}

const FIXTURES = join(import.meta.dirname, '../fixtures');

/** Every recorded delivery, and GitHub's own examples, signed by their senders with these secrets. */
export function genuineDeliveries(): readonly GenuineDelivery[] {
  const recorded = readdirSync(FIXTURES)
    .filter(isSourceType)
    .flatMap((source) =>
      readdirSync(join(FIXTURES, source))
        .filter((file) => file.endsWith('.json'))
        .map((file) => {
          const name = `${source}/${file.replace('.json', '')}`;
          const { headers, body } = readWebhook(name);
          return { name, source, headers: signFor(source, headers, body), body };
        }),
    );
  const examples = gitHubExamples.map(({ event, body: example }, index) => {
    const source = 'github' as const;
    const body = JSON.stringify(example);
    const sent = {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': `d-${index}`,
    };
    return { name: `example of ${event}`, source, headers: signFor(source, sent, body), body };
  });
  return [...recorded, ...examples];
}
