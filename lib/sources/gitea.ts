import { randomUUID } from 'node:crypto';
import type { Deadline } from '../deadline.ts';
import { interpretDeletion, interpretOtherAction } from './deleted-repository.ts';
import { addressOf, askForge } from './find-repository.ts';
import type { Meaning } from './meaning.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Existence, Source, SourceApi, Verification } from './source.ts';

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

  /** `url` is that of the site. The credentials are an access token that may read repositories and its own user. */
  findRepository(
    { url, credentials }: SourceApi,
    repository: string,
    deadline: Deadline,
  ): Promise<Existence> {
    return askForge({
      url: addressOf(`${url}/api/v1/repos`, repository),
      probeUrl: `${url}/api/v1/user`,
      headers: { Authorization: `token ${credentials.trim()}` },
      deadline,
    });
  },
} satisfies Source;
