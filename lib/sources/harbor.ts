import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { toIssues } from '../issues.ts';
import { parseAuthorization, verifyFixedHeader } from './fixed-header.ts';
import { registryNameSchema } from './registry.ts';
import type { Delivery, Signed, Source, Verification } from './source.ts';
import type { SourceEvent } from './source-event.ts';

const typeSchema = v.object({ type: v.string() });
const artifactSchema = v.object({
  repository: v.object({
    date_created: v.optional(v.number()),
    repo_full_name: registryNameSchema,
  }),
});
/** Up to the year 5138, which a date can hold. */
const secondsSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e11));
const defaultFormatSchema = v.object({ occur_at: v.optional(secondsSchema), event_data: artifactSchema });
const cloudEventSchema = v.object({
  id: v.optional(v.pipe(v.string(), v.minLength(1))),
  time: v.optional(timestampSchema),
  data: artifactSchema,
});

interface ArtifactDeletion {
  readonly subject: v.InferOutput<typeof artifactSchema>;
  readonly id: string | undefined;
  readonly occurredAt: string | undefined;
}

/**
 * Harbor's webhooks, in its own format and as CloudEvents. It sends a fixed `Authorization` header, and no event for a
 * deleted repository: it reports each artifact of it. The repository's time of creation is missing from those, since
 * Harbor doesn't find it any more; it is missing as well where Harbor failed to look, so Harbor is checked first.
 */
export const harbor = {
  routed: true,
  verifiedBy: 'secret',

  parseSecret(secret: string): Buffer {
    return parseAuthorization(secret);
  },

  verify(delivery: Delivery, keys: readonly Buffer[]): Verification {
    return delivery.headers['authorization'] === undefined
      ? { verified: false, reason: 'no Authorization header', stale: true }
      : verifyFixedHeader(delivery, keys);
  },

  interpret(body: unknown, _signed: Signed, receivedAt: string): SourceEvent {
    const parsed = v.safeParse(typeSchema, body);
    if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
    const { type } = parsed.output;
    if (type === 'DELETE_ARTIFACT') {
      const event = v.safeParse(defaultFormatSchema, body);
      if (!event.success) return { type: 'unreadable', issues: toIssues(event.issues) };
      const { occur_at: seconds, event_data: subject } = event.output;
      const occurredAt = seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
      return interpretArtifact({ subject, id: undefined, occurredAt }, receivedAt);
    }
    if (type === 'harbor.artifact.deleted') {
      const event = v.safeParse(cloudEventSchema, body);
      if (!event.success) return { type: 'unreadable', issues: toIssues(event.issues) };
      const { id, time, data } = event.output;
      return interpretArtifact({ subject: data, id, occurredAt: time }, receivedAt);
    }
    return { type: 'ignored', reason: `event ${type} is not a deletion of artifacts` };
  },
} satisfies Source;

function interpretArtifact({ subject, id, occurredAt }: ArtifactDeletion, receivedAt: string): SourceEvent {
  const { date_created: createdAt, repo_full_name: repository } = subject.repository;
  // Go leaves out a time of 0, but what stands between may put it back.
  if (createdAt !== undefined && createdAt !== 0) {
    return { type: 'ignored', reason: `an artifact of ${repository} is gone, the repository is still there` };
  }
  return {
    type: 'deleted',
    repository,
    occurredAt: occurredAt ?? receivedAt,
    ambiguous: true,
    ...(id !== undefined && { deliveryId: id }),
  };
}
