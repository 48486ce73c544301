import { createForge } from './forge.ts';

/**
 * Webhooks of Bitbucket Cloud. The signed body is the same for a deleted, a new and an imported repository, so Bitbucket's API
 * decides. Source: Bitbucket Cloud's documentation, "Manage webhooks" and "Event payloads".
 */
export const bitbucket = createForge({
  signatureHeaders: ['X-Hub-Signature'],
  prefix: 'sha256=',
  needsApi: 'Bitbucket signs the same body for a deleted and for a new repository',
  deliveryIdHeaders: ['x-request-uuid'],
  repositoryKeys: new Set(['actor', 'repository']),
  otherSubjects: new Set(
    `approval changes changes_request comment commit commit_status fork issue new old parent previous project pullrequest
    push`.split(/\s+/),
  ),
  withoutAction: true,
});
