import { type ForgeEvents, interpretForgeEvent } from './forge-event.ts';
import { parseSharedSecret, verifyHexSignature } from './shared-secret.ts';
import type { Delivery, Signed, Source, Verification } from './source.ts';
import type { SourceEvent } from './source-event.ts';

/** Keys that any event may have, beside what it is about. */
const CONTEXT = ['action', 'organization', 'enterprise', 'installation', 'sender'];

/** Source: GitHub Docs, "Webhook events and payloads"; payload schemas and examples of octokit/webhooks. */
const EVENTS: ForgeEvents = {
  repositoryKeys: new Set([...CONTEXT, 'repository']),
  organization: { keys: new Set([...CONTEXT, 'membership']), telling: 'membership' },
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
};

/**
 * GitHub's repository, organization and app webhooks. The signature is made over the body only, so a delivery proves
 * neither when it was made nor that it is the first of its kind; GitHub says no time of deletion either, and the time
 * of arrival counts. Source: GitHub Docs, "Validating webhook deliveries" and "Webhook events and payloads".
 */
export const github = {
  routed: true,
  verifiedBy: 'secret',
  deliveryIdHeaders: ['x-github-delivery'],
  parseSecret: parseSharedSecret,

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return verifyHexSignature(delivery, keys, 'X-Hub-Signature-256', 'sha256=');
  },

  interpret(body: unknown, _signed: Signed, receivedAt: string): SourceEvent {
    return interpretForgeEvent(EVENTS, body, receivedAt);
  },
} satisfies Source;
