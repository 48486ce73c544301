import { randomUUID } from 'node:crypto';
import { interpretDeletion } from './deleted-repository.ts';
import { addressOf, addressOfOwner } from './find-repository.ts';
import { askable } from './forge.ts';
import type { Meaning } from './meaning.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Source, Verification } from './source.ts';

/**
 * Webhooks of Bitbucket Cloud. The signature is made over the body only, and no time is told: that of arrival counts.
 * Source: Bitbucket Cloud's documentation, "Manage webhooks" and "Event payloads".
 */
export const bitbucket = {
  routed: true,
  provedBy: 'secret',
  parseSecret: parseSharedSecret,

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return verifyHexSignature(delivery, keys, 'X-Hub-Signature', 'sha256=');
  },

  interpret({ headers }: Delivery, body: unknown, receivedAt: string): Meaning {
    const event = headers['x-event-key'];
    if (event === undefined) {
      const expected = 'the key of the event, as Bitbucket sends it';
      return { type: 'unreadable', faults: [{ path: 'headers.x-event-key', found: 'nothing', expected }] };
    }
    if (event !== 'repo:deleted')
      return { type: 'ignored', reason: `event ${event} is not a repository deletion` };
    return interpretDeletion(body, headers['x-request-uuid']?.slice(0, 100) || randomUUID(), receivedAt);
  },

  /**
   * `url` is `https://api.bitbucket.org`. The credentials are an access token, with the scope `account` beside that of
   * reading repositories: `/2.0/user` needs it.
   */
  ...askable({
    repositoryUrl: (url, repository) => addressOf(`${url}/2.0/repositories`, repository),
    organizationUrl: (url, workspace) => addressOfOwner(`${url}/2.0/workspaces`, workspace),
    probeUrl: (url) => `${url}/2.0/user`,
    headers: (token) => ({ Authorization: `Bearer ${token}` }),
  }),
} satisfies Source;
