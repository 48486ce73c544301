import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { faultsOf } from '../faults.ts';
import { interpretDeletion, interpretOtherAction } from './deleted-repository.ts';
import { addressOf, addressOfOwner } from './find-repository.ts';
import { askable } from './forge.ts';
import type { Meaning } from './meaning.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Source, Verification } from './source.ts';

const organizationSchema = v.object({
  organization: v.object({
    login: v.pipe(v.string(), v.regex(/^[^/\s]{1,100}$/, 'the name of an organization')),
  }),
});

/**
 * GitHub's repository, organization and app webhooks. The signature is made over the body only, so a delivery proves
 * neither when it was made nor that it is the first of its kind; GitHub says no time of deletion either, and the time
 * of arrival counts. Source: GitHub Docs, "Validating webhook deliveries" and "Webhook events and payloads".
 */
export const github = {
  routed: true,
  provedBy: 'secret',
  parseSecret: parseSharedSecret,

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return verifyHexSignature(delivery, keys, 'X-Hub-Signature-256', 'sha256=');
  },

  interpret({ headers }: Delivery, body: unknown, receivedAt: string): Meaning {
    const event = headers['x-github-event'];
    if (event === undefined) {
      const expected = 'the name of the event, as GitHub sends it';
      return { type: 'unreadable', faults: [{ path: 'headers.x-github-event', found: 'nothing', expected }] };
    }
    if (event !== 'repository' && event !== 'organization')
      return { type: 'ignored', reason: `event ${event} is not a repository deletion` };
    const other = interpretOtherAction(event, body);
    if (other !== undefined) return other;
    const id = headers['x-github-delivery']?.slice(0, 100) || randomUUID();
    return event === 'repository'
      ? interpretDeletion(body, id, receivedAt)
      : interpretOrganizationDeletion(body, id, receivedAt);
  },

  /**
   * `url` is `https://api.github.com`, or that of an Enterprise Server with its `/api/v3`. The credentials are a
   * personal access token: `/user` knows nothing of an app's installation token, which wouldn't last an hour anyway.
   */
  ...askable({
    repositoryUrl: (url, repository) => addressOf(`${url}/repos`, repository),
    organizationUrl: (url, organization) => addressOfOwner(`${url}/orgs`, organization),
    probeUrl: (url) => `${url}/user`,
    headers: (token) => ({
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      'X-GitHub-Api-Version': '2022-11-28',
    }),
  }),
} satisfies Source;

function interpretOrganizationDeletion(body: unknown, id: string, receivedAt: string): Meaning {
  const deletion = v.safeParse(organizationSchema, body);
  if (!deletion.success) return { type: 'unreadable', faults: faultsOf(deletion.issues) };
  const { login } = deletion.output.organization;
  return { type: 'organization-deleted', organization: login, id, occurredAt: receivedAt };
}
