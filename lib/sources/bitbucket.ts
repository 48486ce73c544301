import { randomUUID } from 'node:crypto';
import type { Deadline } from '../deadline.ts';
import { interpretDeletion } from './deleted-repository.ts';
import { addressOf, askForge } from './find-repository.ts';
import type { Meaning } from './meaning.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Existence, Source, SourceApi, Verification } from './source.ts';

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
  findRepository(
    { url, credentials }: SourceApi,
    repository: string,
    deadline: Deadline,
  ): Promise<Existence> {
    return askForge({
      url: addressOf(`${url}/2.0/repositories`, repository),
      probeUrl: `${url}/2.0/user`,
      headers: { Authorization: `Bearer ${credentials.trim()}` },
      deadline,
    });
  },
} satisfies Source;
