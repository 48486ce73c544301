import * as v from 'valibot';
import { PROJECT_PATH } from './check-forge.ts';
import { equalsSecret, parseSharedSecret, verified } from './shared-secret.ts';
import type { Source } from './source.ts';
import { ignored, interpretAs, type SourceEvent, unreadable } from './source-event.ts';
import { parseSigningSecret, rejectStandardSignature } from './standard-signature.ts';

// System hooks and group hooks have event_name alone, most others object_kind alone, and a push has both.
const eventSchema = v.object({ event_name: v.optional(v.string()), object_kind: v.optional(v.string()) });

const GROUP_PATH = /^[^/\s]+(?:\/[^/\s]+)*$/;
const pathSchema = (form: RegExp, expected: string) =>
  v.pipe(v.string(), v.maxLength(1000, 'at most 1000 characters'), v.regex(form, expected));

const projectSchema = v.object({
  path_with_namespace: pathSchema(PROJECT_PATH, 'GROUP/PROJECT'),
  project_id: v.optional(v.number()),
});
const groupSchema = v.object({ full_path: pathSchema(GROUP_PATH, 'GROUP or GROUP/SUBGROUP') });

/**
 * GitLab's system hooks and group hooks. They send the secret itself in `X-Gitlab-Token`, or sign with a signing token as
 * Standard Webhooks do. The key of a delivery covers the body alone: a copy of a delivery with both may lack the signature.
 * Source: GitLab Docs, "Webhooks", "System hooks", "Webhook events".
 */
export const gitlab = {
  routed: true,
  verifiedBy: 'secret',
  // X-Gitlab-Event-UUID is shared by every hook that one event sets off.
  deliveryIdHeaders: ['idempotency-key', 'webhook-id'],

  parseSecret(secret) {
    const key = parseSharedSecret(secret);
    // Checked now rather than with the first delivery.
    if (isSigningToken(key)) parseSigningSecret(secret);
    return key;
  },

  verify(delivery, keys, nowMs) {
    const isSigned = delivery.headers['webhook-signature'] !== undefined;
    const signingKeys = isSigned
      ? keys.filter(isSigningToken).map((key) => parseSigningSecret(key.toString()))
      : [];
    // A signature that can be verified has to be right: a token beside it doesn't cover the body.
    if (signingKeys.length > 0) {
      return rejectStandardSignature(delivery, signingKeys, nowMs) ?? verified([delivery.rawBody]);
    }
    const token = delivery.headers['x-gitlab-token'];
    if (token === undefined) {
      const reason = isSigned
        ? 'no X-Gitlab-Token header, and no stored secret is a signing token'
        : 'neither an X-Gitlab-Token nor a webhook-signature header';
      return { verified: false, reason, stale: !isSigned };
    }
    return equalsSecret(token, keys)
      ? verified([delivery.rawBody])
      : { verified: false, reason: 'X-Gitlab-Token is none of the stored secrets' };
  },

  interpret: (body, _signed, receivedAt) =>
    interpretAs(eventSchema, body, '', ({ object_kind, event_name: event = object_kind }) => {
      if (event === undefined)
        return unreadable({
          path: 'event_name',
          found: 'nothing',
          expected: 'the name of the event, as GitLab sends it',
        });
      // Not `updated_at`, which is when the project was last changed.
      if (event === 'project_destroy') return interpretProject(body, receivedAt);
      if (event === 'group_destroy' || event === 'subgroup_destroy') return interpretGroup(body, receivedAt);
      return ignored(`event ${event} is not a repository deletion`);
    }),
} satisfies Source;

/** Says whether a key is a signing token. Keys are kept as texts, because X-Gitlab-Token may hold one too. */
function isSigningToken(key: Buffer): boolean {
  return key.toString().startsWith('whsec_');
}

/** Source event of a destroyed project. */
function interpretProject(body: unknown, occurredAt: string): SourceEvent {
  return interpretAs(projectSchema, body, '', ({ path_with_namespace: path, project_id: projectId }) => {
    const repository = undoRenaming(path, projectId);
    // The name of a renamed one has been free since then, and may be another project's by now.
    return { type: 'deleted', repository, occurredAt, ...(repository !== path && { ambiguous: true }) };
  });
}

/**
 * Path that a project had before its deletion was scheduled. GitLab then renames the project or its group, and destroys
 * it days later under the new name.
 */
function undoRenaming(path: string, projectId: number | undefined): string {
  return path
    .replace(/(?<=[^/])-(?:deletion_scheduled|deleted)-(\d+)$/, (suffix, id) =>
      Number(id) === projectId ? '' : suffix,
    )
    .replaceAll(/(?<=[^/])-deletion_scheduled-\d+(?=\/)/g, '');
}

/** Source event of a destroyed group. */
function interpretGroup(body: unknown, occurredAt: string): SourceEvent {
  return interpretAs(groupSchema, body, '', ({ full_path: organization }) =>
    /-deletion_scheduled-\d+(?:\/|$)/.test(organization)
      ? ignored(
          `group ${organization} was renamed before it was deleted, and another may have its name by now`,
        )
      : { type: 'organization-deleted', organization, occurredAt },
  );
}
