import type { SourceType } from '../../lib/sources/index.ts';
import { SECRETS } from './secrets.ts';

const USER = { domain: 'acme-account', user: 'robot' };
const SIGNER = { ak: 'SIGNERSACCESSKEY', sk: SECRETS.secretKey };
const GITHUB = [SECRETS.githubNextSecret, SECRETS.githubSecret];

/** Contents of the secret store, by the names in the configuration. */
export const STORED = {
  main: JSON.stringify({ ...USER, password: SECRETS.password }),
  refused: JSON.stringify({ domain: 'acme-account', user: 'other', password: SECRETS.wrongPassword }),
  signer: JSON.stringify(SIGNER),
  echo: JSON.stringify({ ...SIGNER, securityToken: SECRETS.securityToken }),
  'echo-iam': JSON.stringify({ ...USER, password: SECRETS.echoedPassword }),
  github: JSON.stringify(GITHUB),
  gitlab: SECRETS.gitlabToken,
  gitea: SECRETS.giteaSecret,
  bitbucket: SECRETS.bitbucketSecret,
  'standard-webhooks': SECRETS.standardSecret,
  cloudevents: SECRETS.cloudeventsSecret,
  harbor: SECRETS.harborHeader,
  acr: `X-Registry-Proof: ${SECRETS.acrHeader}`,
  distribution: `X-Registry-Proof: ${SECRETS.distributionHeader}`,
  forge: SECRETS.forgeToken,
  registry: `robot:${SECRETS.registryPassword}`,
};

export const TASK = {
  remoteRegionId: 'cn-east-3',
  remoteNamespace: 'acme-dr',
  syncAuto: true,
  createdAt: '2026-03-02T08:15:27.5Z',
};
export const seed = {
  users: [
    { domain: 'acme-account', name: 'robot', password: SECRETS.password, accessKey: SIGNER },
    { domain: 'acme-account', name: 'other', password: 'the password that it has now' },
  ],
  organizations: [
    { name: 'images', repositories: ['one', 'two', 'three'].map((name) => ({ name, tasks: [TASK] })) },
  ],
};

/** @param echo an address that answers with all that it was sent. */
export function configuration(cloud: string, echo: string, names?: readonly string[]): object {
  const account = (name: keyof typeof STORED, swrEndpoint = cloud, iamEndpoint = cloud) => ({
    region: 'cn-north-4',
    credentials: `secretsmanager:${name}`,
    swrEndpoint,
    iamEndpoint,
  });
  const source = (type: SourceType & keyof typeof STORED, more: object = {}) => ({
    [type]: { type, secret: `secretsmanager:${type}`, ...more },
  });
  const routed = ['github', 'gitlab', 'gitea', 'bitbucket', 'harbor', 'acr', 'distribution'];
  const registry = { api: { url: echo, credentials: 'secretsmanager:registry' } };
  const accounts = {
    main: account('main'),
    refused: account('refused'),
    signer: account('signer'),
    echo: account('echo', echo),
    'echo-iam': account('echo-iam', cloud, echo),
  };
  return {
    accounts: Object.fromEntries(
      Object.entries(accounts).filter(([name]) => names === undefined || names.includes(name)),
    ),
    sources: {
      ...source('github', { expectEvery: '7d' }),
      ...source('gitlab'),
      ...source('gitea', { api: { url: echo, credentials: 'secretsmanager:forge' }, confirm: true }),
      ...source('bitbucket', { api: { url: echo, credentials: 'secretsmanager:forge' } }),
      ...source('standard-webhooks'),
      ...source('cloudevents'),
      ...source('harbor', registry),
      ...source('acr', registry),
      ...source('distribution', registry),
      'aws-sns': { type: 'aws-sns', topics: ['arn:aws:sns:eu-central-1:123456789012:swr-deletions'] },
      'huawei-smn': {
        type: 'huawei-smn',
        topics: ['urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions'],
      },
    },
    routes: routed.map((name) => ({
      from: `${name}:acme/{repo+}`,
      to: 'images/{repo}',
      firstDeletionCounts: true,
    })),
    sweep: { mode: 'apply', maxPercent: 100 },
  };
}
