import { createForge } from './forge.ts';

/**
 * Webhooks of Gitea, and of Forgejo, which sends Gitea's headers beside its own. Both send GitHub's too, which are ignored.
 * Gitea before 1.14 has the secret in the body.
 *
 * Sources: Gitea's documentation, "Webhooks", and `modules/structs/hook.go`; Forgejo's documentation, "Webhooks".
 */
export const gitea = createForge({
  signatureHeaders: ['X-Forgejo-Signature', 'X-Gitea-Signature'],
  prefix: '',
  deliveryIdHeaders: ['x-forgejo-delivery', 'x-gitea-delivery'],
  repositoryKeys: new Set(['action', 'repository', 'organization', 'sender', 'secret']),
  otherSubjects: new Set(
    `comment commits forkee head_commit is_pull issue package page pull_request ref release review run workflow workflow_job
    workflow_run`.split(/\s+/),
  ),
});
