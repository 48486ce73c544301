import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../command-line/options.ts';

/** Secrets of one run, by their names in `config.yml`. They follow from the seed. */
export function makeSecrets(seed: number): Readonly<Record<string, string>> {
  const digest = (name: string) => createHash('sha256').update(`${seed} ${name}`).digest();
  const hex = (name: string) => digest(name).toString('hex');
  const signing = (name: string) => `whsec_${digest(name).toString('base64')}`;
  return {
    'forge/github': hex('github'),
    'forge/gitea': hex('gitea'),
    'forge/bitbucket': hex('bitbucket'),
    'forge/gitlab': hex('gitlab'),
    'forge/gitlab-signed': signing('gitlab-signed'),
    'forge/standard-webhooks': signing('standard-webhooks'),
    'forge/cloudevents': signing('cloudevents'),
    'forge/harbor': `Bearer ${hex('harbor')}`,
    'forge/acr': `X-Acme-Registry: ${hex('acr')}`,
    'forge/distribution': `X-Registry-Proof: ${hex('distribution')}`,
  };
}

export interface SigningPair {
  readonly key: string;
  readonly certificate: string;
}

/** The pair that plays the topic services' own, and a stranger's. */
export async function readSigningPairs(): Promise<{
  readonly own: SigningPair;
  readonly foreign: SigningPair;
}> {
  return {
    own: { key: await read('huawei-smn/signing.key'), certificate: await read('huawei-smn/signing.crt') },
    foreign: { key: await read('tls/self-signed.key'), certificate: await read('tls/self-signed.crt') },
  };
}

function read(fixture: string): Promise<string> {
  return readFile(join(ROOT, 'test/fixtures', fixture), 'utf8');
}
