import { createHmac, randomInt, randomUUID } from 'node:crypto';

/** What GitHub sends when a repository was deleted, as far as it counts, signed with a webhook's secret. */
export interface SampleDeletion {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param fullName of the repository at GitHub, such as `acme/web`. */
export function signGitHubDeletion(fullName: string, secret: string | Buffer): SampleDeletion {
  const [owner = '', name = ''] = fullName.split('/');
  const body = JSON.stringify({
    action: 'deleted',
    // Each sample is another deletion: the same body would be the same delivery once more.
    repository: { id: randomInt(2 ** 31), name, full_name: fullName, private: true, owner: { login: owner } },
    organization: { login: owner },
    sender: { login: 'octocat' },
  });
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'repository',
      'X-GitHub-Delivery': randomUUID(),
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  };
}
