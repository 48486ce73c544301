import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { toIssues } from '../issues.ts';
import { parseFixedHeader, verifyFixedHeader } from './fixed-header.ts';
import { registryNameSchema } from './registry.ts';
import type { Delivery, Signed, Source, Verification } from './source.ts';
import type { SourceEvent } from './source-event.ts';

const actionSchema = v.object({ action: v.string() });
const deletionSchema = v.object({
  id: v.optional(v.pipe(v.string(), v.minLength(1))),
  timestamp: v.optional(timestampSchema),
  target: v.object({ repository: registryNameSchema, tag: v.optional(v.string()) }),
});

/**
 * Azure Container Registry's webhooks, authenticated by a custom header of the webhook. A deleted repository is reported
 * as the deletion of its manifests, each with its digest, just as the deletion of one manifest is. The registry is
 * therefore checked. Source: Microsoft Learn, "Azure Container Registry webhook reference".
 */
export const acr = {
  routed: true,
  verifiedBy: 'secret',

  parseSecret(secret: string): Buffer {
    return parseFixedHeader(secret);
  },

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return verifyFixedHeader(delivery, keys);
  },

  interpret(body: unknown, _signed: Signed, receivedAt: string): SourceEvent {
    const parsed = v.safeParse(actionSchema, body);
    if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
    const { action } = parsed.output;
    if (action !== 'delete') return { type: 'ignored', reason: `action ${action} deletes no repository` };
    const deletion = v.safeParse(deletionSchema, body);
    if (!deletion.success) return { type: 'unreadable', issues: toIssues(deletion.issues) };
    const { id, timestamp, target } = deletion.output;
    if (target.tag) return { type: 'ignored', reason: `a tag of ${target.repository} is gone, nothing more` };
    return {
      type: 'deleted',
      repository: target.repository,
      occurredAt: timestamp ?? receivedAt,
      ambiguous: true,
      ...(id !== undefined && { deliveryId: id }),
    };
  },
} satisfies Source;
