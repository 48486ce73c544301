import { randomUUID } from 'node:crypto';
import { interpretDeletion, interpretOtherAction } from './deleted-repository.ts';
import { addressOf, addressOfOwner } from './find-repository.ts';
import { askable } from './forge.ts';
import type { Meaning } from './meaning.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Source, Verification } from './source.ts';

/**
 * Webhooks of Gitea and of Forgejo, which sends Gitea's headers beside its own. Both send GitHub's too, which are not
 * looked at. The signature is made over the body only, and no time is told: that of arrival counts.
 * Source: Gitea's documentation, "Webhooks"; Forgejo's, "Webhooks".
 */
export const gitea = {
  routed: true,
  provedBy: 'secret',
  parseSecret: parseSharedSecret,

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    const isForgejo = delivery.headers['x-forgejo-signature'] !== undefined;
    return verifyHexSignature(delivery, keys, isForgejo ? 'X-Forgejo-Signature' : 'X-Gitea-Signature', '');
  },

  interpret({ headers }: Delivery, body: unknown, receivedAt: string): Meaning {
    const event = headers['x-forgejo-event'] ?? headers['x-gitea-event'];
    if (event === undefined) {
      const expected = 'the name of the event, as Gitea and Forgejo send it';
      return { type: 'unreadable', faults: [{ path: 'headers.x-gitea-event', found: 'nothing', expected }] };
    }
    if (event !== 'repository')
      return { type: 'ignored', reason: `event ${event} is not a repository deletion` };
    const other = interpretOtherAction(event, body);
    if (other !== undefined) return other;
    const delivery = headers['x-forgejo-delivery'] || headers['x-gitea-delivery'];
    return interpretDeletion(body, delivery?.slice(0, 100) || randomUUID(), receivedAt);
  },

  /**
   * `url` is that of the site. The credentials are an access token that may read repositories, organizations and its own
   * user.
   */
  ...askable({
    repositoryUrl: (url, repository) => addressOf(`${url}/api/v1/repos`, repository),
    organizationUrl: (url, organization) => addressOfOwner(`${url}/api/v1/orgs`, organization),
    probeUrl: (url) => `${url}/api/v1/user`,
    headers: (token) => ({ Authorization: `token ${token}` }),
  }),
} satisfies Source;
