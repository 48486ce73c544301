import * as v from 'valibot';
import { parseRequest, timestampSchema } from '../cleanup/request.ts';
import type { Source } from './source.ts';
import { ignored, interpretAs, requested } from './source-event.ts';
import { parseSigningSecret, verifyStandardSignature } from './standard-signature.ts';

const eventSchema = v.object({
  type: v.string(),
  data: v.optional(v.unknown()),
  timestamp: v.optional(v.fallback(timestampSchema, '')),
});

/**
 * Senders that follow the Standard Webhooks specification (1.0.0, symmetric signatures): an event of type
 * `repository.deleted` whose `data` is a cleanup request.
 */
export const standardWebhooks = {
  routed: false,
  verifiedBy: 'secret',
  parseSecret: parseSigningSecret,
  verify: verifyStandardSignature,
  deliveryIdHeaders: ['webhook-id'],
  interpret: (body, { key: id, time }, receivedAt) =>
    interpretAs(eventSchema, body, '', ({ type, data, timestamp }) => {
      if (type !== 'repository.deleted') return ignored(`event ${type} is not repository.deleted`);
      return requested(parseRequest(data, { id, occurredAt: timestamp || (time ?? receivedAt) }, 'data'));
    }),
} satisfies Source;
