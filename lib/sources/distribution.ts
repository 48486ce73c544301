import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { toIssues } from '../issues.ts';
import { anyArray } from '../limits.ts';
import { parseFixedHeader, verifyFixedHeader } from './fixed-header.ts';
import { registryNameSchema } from './registry.ts';
import type { Delivery, Signed, Source, Verification } from './source.ts';
import { interpretEach, type SourceEvent } from './source-event.ts';

const envelopeSchema = v.object({ events: anyArray });
const actionSchema = v.object({ action: v.string() });
const deletionSchema = v.object({
  id: v.optional(v.pipe(v.string(), v.minLength(1))),
  timestamp: v.optional(timestampSchema),
  target: v.object({
    repository: registryNameSchema,
    tag: v.optional(v.string()),
    digest: v.optional(v.string()),
  }),
});

/**
 * Notifications of a CNCF Distribution registry (`application/vnd.docker.distribution.events.v2+json`), authenticated by a
 * header of the endpoint's configuration. A deletion without tag and digest is one of a whole repository. It shows that
 * only by missing keys, so the registry is checked. Source: CNCF Distribution, "Work with notifications".
 */
export const distribution = {
  routed: true,
  verifiedBy: 'secret',

  parseSecret(secret: string): Buffer {
    return parseFixedHeader(secret);
  },

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return verifyFixedHeader(delivery, keys);
  },

  interpret(body: unknown, _signed: Signed, receivedAt: string): SourceEvent | readonly SourceEvent[] {
    const parsed = v.safeParse(envelopeSchema, body);
    if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
    const { events } = parsed.output;
    if (events.length === 0) return { type: 'ignored', reason: 'there are no events in it' };
    return interpretEach(events, 'events', (event, path) => interpretRegistryEvent(event, path, receivedAt));
  },
} satisfies Source;

function interpretRegistryEvent(event: unknown, path: string, receivedAt: string): SourceEvent {
  const parsed = v.safeParse(actionSchema, event);
  if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues, path) };
  const { action } = parsed.output;
  if (action !== 'delete') return { type: 'ignored', reason: `action ${action} is not a deletion` };
  const deletion = v.safeParse(deletionSchema, event);
  if (!deletion.success) return { type: 'unreadable', issues: toIssues(deletion.issues, path) };
  const { id, timestamp, target } = deletion.output;
  const { repository, tag, digest } = target;
  if (tag) return { type: 'ignored', reason: `a tag of ${repository} is gone, nothing more` };
  if (digest)
    return { type: 'ignored', reason: `a manifest or a blob of ${repository} is gone, nothing more` };
  return {
    type: 'deleted',
    repository,
    occurredAt: timestamp ?? receivedAt,
    ambiguous: true,
    ...(id !== undefined && { deliveryId: id }),
  };
}
