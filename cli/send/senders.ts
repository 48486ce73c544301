import { randomUUID } from 'node:crypto';
import { type SampleFacts, type SendableType, sampleBodies } from './sample-bodies.ts';
import {
  addFixedHeader,
  type Content,
  formatSeconds,
  type Signature,
  signAsGitLab,
  signHex,
  signStandard,
} from './signatures.ts';

/** `ping` is the harmless event of a sender, under whatever name. */
export const SAMPLE_EVENTS = ['deletion', 'ping'] as const;
export type SampleEvent = (typeof SAMPLE_EVENTS)[number];

interface Sample extends Pick<SampleFacts, 'repository'>, Partial<Pick<SampleFacts, 'id' | 'at'>> {
  readonly event?: SampleEvent;
}

interface Sender extends Signature {
  /** Beside `Content-Type: application/json`, or in its place. */
  readonly headers: (facts: SampleFacts) => Readonly<Record<string, string>>;
  /** The sender's time limit for an answer, where its documentation gives one. */
  readonly timeoutMs?: number;
}

const GO_CLIENT = { 'User-Agent': 'Go-http-client/1.1' };
/** The secret names the header, too. */
const FIXED = { sign: addFixedHeader, masked: '…: …' };
const STANDARD = { sign: signStandard, masked: 'webhook-signature: v1,…' };

/** Headers and signatures of deliveries by source type. */
export const senders: Readonly<Record<SendableType, Sender>> = {
  github: {
    headers: ({ isPing, id }) => ({
      'User-Agent': 'GitHub-Hookshot/sample',
      'X-GitHub-Event': isPing ? 'ping' : 'repository',
      'X-GitHub-Delivery': id,
    }),
    ...signHex('X-Hub-Signature-256', 'sha256='),
    timeoutMs: 10_000,
  },
  gitlab: {
    headers: ({ id }) => ({
      'User-Agent': 'GitLab/sample',
      'X-Gitlab-Event': 'System Hook',
      'X-Gitlab-Event-UUID': id,
      'Idempotency-Key': id,
    }),
    sign: signAsGitLab,
    masked: 'X-Gitlab-Token: …',
    timeoutMs: 10_000,
  },
  gitea: {
    headers: ({ isPing, id }) => ({
      ...GO_CLIENT,
      'X-Gitea-Delivery': id,
      'X-Gitea-Event': isPing ? 'push' : 'repository',
    }),
    ...signHex('X-Gitea-Signature'),
    timeoutMs: 5000,
  },
  bitbucket: {
    headers: ({ isPing, id }) => ({
      'User-Agent': 'Bitbucket-Webhooks/2.0',
      'X-Event-Key': isPing ? 'diagnostics:ping' : 'repo:deleted',
      'X-Request-UUID': id,
      'X-Attempt-Number': '1',
    }),
    ...signHex('X-Hub-Signature', 'sha256='),
    timeoutMs: 10_000,
  },
  harbor: {
    headers: () => GO_CLIENT,
    sign: addFixedHeader,
    masked: 'Authorization: …',
    timeoutMs: 3000,
  },
  acr: {
    headers: () => ({
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'AzureContainerRegistry/1.0',
    }),
    ...FIXED,
  },
  distribution: {
    headers: () => ({ ...GO_CLIENT, 'Content-Type': 'application/vnd.docker.distribution.events.v2+json' }),
    ...FIXED,
    timeoutMs: 1000,
  },
  'standard-webhooks': { headers: standardHeaders, ...STANDARD },
  cloudevents: {
    headers: (facts) => ({ ...standardHeaders(facts), 'Content-Type': 'application/cloudevents+json' }),
    ...STANDARD,
  },
};

/** A delivery of a sender without its signature. */
export function writeSample(
  type: SendableType,
  { event = 'deletion', repository, id = randomUUID(), at = new Date() }: Sample,
): Content {
  const [owner = '', ...rest] = repository.split('/');
  const facts = { isPing: event === 'ping', repository, owner, name: rest.join('/'), id, at };
  return {
    headers: { 'Content-Type': 'application/json', ...senders[type].headers(facts) },
    body: JSON.stringify(sampleBodies[type](facts)),
  };
}

/** A delivery of a sender with its signature. */
export function signSample(type: SendableType, sample: Sample, key: Buffer | string): Content {
  const content = writeSample(type, sample);
  return { ...content, headers: { ...content.headers, ...senders[type].sign(content, key) } };
}

function standardHeaders({ id, at }: SampleFacts) {
  return { 'User-Agent': 'swr-sync-cleanup', 'webhook-id': id, 'webhook-timestamp': formatSeconds(at) };
}
