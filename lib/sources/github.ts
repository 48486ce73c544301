import { createForge } from './forge.ts';

/** Keys of events of every subject. */
const CONTEXT = ['action', 'organization', 'enterprise', 'installation', 'sender'];

/**
 * GitHub's repository, organization and app webhooks.
 *
 * Sources: GitHub Docs, "Validating webhook deliveries" and "Webhook events and payloads"; payload schemas and examples of
 * octokit/webhooks.
 */
export const github = createForge({
  signatureHeaders: ['X-Hub-Signature-256'],
  prefix: 'sha256=',
  deliveryIdHeaders: ['x-github-delivery'],
  repositoryKeys: new Set([...CONTEXT, 'repository']),
  organization: { keys: new Set([...CONTEXT, 'membership']), required: 'membership' },
  otherSubjects: new Set(
    `alert blocked_issue blocked_user blocking_issue branch build check_run check_suite client_payload comment commit
    content_reference definition deployment deployment_status discussion environment exemption_request forkee head_commit
    hook inputs invitation issue issue_type key label location marketplace_purchase member merge_group milestone
    new_property_values package pages parent_issue personal_access_token_request project project_card project_column
    projects_v2 projects_v2_item projects_v2_status_update pull_request ref registry_package release repositories
    repositories_added repositories_removed repository_advisory repository_ruleset requested_action requester review rule
    security_advisory sponsorship starred_at sub_issue team thread user workflow workflow_job workflow_run`.split(
      /\s+/,
    ),
  ),
});
