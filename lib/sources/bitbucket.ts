import { type ForgeEvents, interpretForgeEvent } from './forge-event.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Signed, Source, Verification } from './source.ts';
import type { SourceEvent } from './source-event.ts';

/** Source: Bitbucket Cloud's documentation, "Event payloads". */
const EVENTS: ForgeEvents = {
  repositoryKeys: new Set(['actor', 'repository']),
  otherSubjects: new Set(
    `approval changes changes_request comment commit commit_status fork issue new old parent previous project pullrequest
    push`.split(/\s+/),
  ),
  withoutAction: true,
};

/**
 * Webhooks of Bitbucket Cloud. The signature is made over the body only, which is the same for a deleted, a new and an imported
 * repository: Bitbucket has to be asked. No time is told: that of arrival counts.
 * Source: Bitbucket Cloud's documentation, "Manage webhooks" and "Event payloads".
 */
export const bitbucket = {
  routed: true,
  verifiedBy: 'secret',
  needsApi: 'Bitbucket signs the same body for a deleted and for a new repository',
  deliveryIdHeaders: ['x-request-uuid'],
  parseSecret: parseSharedSecret,

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return verifyHexSignature(delivery, keys, 'X-Hub-Signature', 'sha256=');
  },

  interpret(body: unknown, _signed: Signed, receivedAt: string): SourceEvent {
    return interpretForgeEvent(EVENTS, body, receivedAt);
  },
} satisfies Source;
