import { type ForgeEvents, interpretForgeEvent } from './forge-event.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Signed, Source, Verification } from './source.ts';
import type { SourceEvent } from './source-event.ts';

/** Source: Gitea's and Forgejo's `modules/structs/hook.go`. Gitea before 1.14 has the secret in the body. */
const EVENTS: ForgeEvents = {
  repositoryKeys: new Set(['action', 'repository', 'organization', 'sender', 'secret']),
  otherSubjects: new Set(
    `comment commits forkee head_commit is_pull issue package page pull_request ref release review run workflow workflow_job
    workflow_run`.split(/\s+/),
  ),
};

/**
 * Webhooks of Gitea and of Forgejo, which sends Gitea's headers beside its own. Both send GitHub's too, which are not
 * looked at. The signature is made over the body only, and no time is told: that of arrival counts.
 * Source: Gitea's documentation, "Webhooks"; Forgejo's, "Webhooks".
 */
export const gitea = {
  routed: true,
  verifiedBy: 'secret',
  deliveryIdHeaders: ['x-forgejo-delivery', 'x-gitea-delivery'],
  parseSecret: parseSharedSecret,

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    const isForgejo = delivery.headers['x-forgejo-signature'] !== undefined;
    return verifyHexSignature(delivery, keys, isForgejo ? 'X-Forgejo-Signature' : 'X-Gitea-Signature', '');
  },

  interpret(body: unknown, _signed: Signed, receivedAt: string): SourceEvent {
    return interpretForgeEvent(EVENTS, body, receivedAt);
  },
} satisfies Source;
