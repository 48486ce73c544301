import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { parseAuthorization, verifyFixedHeader } from './fixed-header.ts';
import { deletedAs, registryNameSchema } from './registry.ts';
import type { Source } from './source.ts';
import { ignored, interpretAs, type SourceEvent } from './source-event.ts';

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

/**
 * Harbor's webhooks, in its own format and as CloudEvents. It sends a fixed `Authorization` header, and no event for a
 * deleted repository: it reports each artifact of it. The repository's time of creation is missing from those, since
 * Harbor doesn't find it any more; it is missing as well where Harbor failed to look, so Harbor is checked first.
 */
export const harbor = {
  routed: true,
  verifiedBy: 'secret',
  parseSecret: parseAuthorization,
  verify: (delivery, keys) =>
    delivery.headers['authorization'] === undefined
      ? { verified: false, reason: 'no Authorization header', stale: true }
      : verifyFixedHeader(delivery, keys),
  interpret: (body, _signed, receivedAt) =>
    interpretAs(typeSchema, body, '', ({ type }) => {
      if (type === 'DELETE_ARTIFACT')
        return interpretAs(defaultFormatSchema, body, '', ({ occur_at: seconds, event_data: subject }) => {
          const occurredAt = seconds === undefined ? receivedAt : new Date(seconds * 1000).toISOString();
          return interpretArtifact(subject, occurredAt);
        });
      if (type === 'harbor.artifact.deleted')
        return interpretAs(cloudEventSchema, body, '', ({ id, time, data }) =>
          interpretArtifact(data, time ?? receivedAt, id),
        );
      return ignored(`event ${type} is not a deletion of artifacts`);
    }),
} satisfies Source;

function interpretArtifact(
  { repository }: v.InferOutput<typeof artifactSchema>,
  occurredAt: string,
  id?: string,
): SourceEvent {
  const { date_created: createdAt, repo_full_name: name } = repository;
  // Go leaves out a time of 0, but what stands between may put it back.
  return createdAt === undefined || createdAt === 0
    ? deletedAs(name, occurredAt, id)
    : ignored(`an artifact of ${name} is gone, the repository is still there`);
}
