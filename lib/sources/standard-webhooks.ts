import * as v from 'valibot';
import { parseRequest, timestampSchema } from '../cleanup/request.ts';
import { toIssues } from '../issues.ts';
import type { Signed, Source } from './source.ts';
import type { SourceEvent } from './source-event.ts';
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

  interpret(body: unknown, signed: Signed, receivedAt: string): SourceEvent {
    const parsed = v.safeParse(eventSchema, body);
    if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
    const { type, data, timestamp } = parsed.output;
    if (type !== 'repository.deleted') {
      return { type: 'ignored', reason: `event ${type} is not repository.deleted` };
    }
    const occurredAt = timestamp || (signed.time ?? receivedAt);
    const request = parseRequest(data, { id: signed.key, occurredAt }, 'data');
    return request.ok
      ? { type: 'request', request: request.value }
      : { type: 'unreadable', issues: request.issues };
  },
} satisfies Source;
