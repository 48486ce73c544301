import * as v from 'valibot';
import { parseRequest, timestampSchema } from '../cleanup/request.ts';
import { faultsOf } from '../faults.ts';
import { fitsHmac } from './hmac.ts';
import type { Meaning } from './meaning.ts';
import type { Delivery, Source, Verification } from './source.ts';

/** The specification's tolerance for the signed time, in both directions. */
const TOLERANCE_SECONDS = 5 * 60;
const KEY_BYTES = { min: 24, max: 64 };
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const typeSchema = v.object({ type: v.string() });
const deletionSchema = v.object({
  data: v.unknown(),
  timestamp: v.optional(v.fallback(timestampSchema, '')),
});

/**
 * Anyone who signs the way of the Standard Webhooks specification (1.0.0, symmetric signatures): an event of type
 * `repository.deleted` whose `data` is a cleanup request.
 */
export const standardWebhooks: Source = {
  routed: false,

  parseSecret(secret) {
    const base64 = secret.trim().replace(/^whsec_/, '');
    const key = Buffer.from(BASE64.test(base64) ? base64 : '', 'base64');
    if (key.length < KEY_BYTES.min || key.length > KEY_BYTES.max) {
      throw new Error(
        `expected whsec_ and the base64 of ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes, found ${key.length} bytes`,
      );
    }
    return key;
  },

  verify({ headers, rawBody }: Delivery, keys, nowMs): Verification {
    const id = headers['webhook-id'];
    const timestamp = headers['webhook-timestamp'];
    const signatures = headers['webhook-signature'];
    if (!id || !timestamp || !signatures) {
      const reason = 'webhook-id, webhook-timestamp or webhook-signature is missing';
      return { verified: false, reason, stale: true };
    }
    if (!/^\d{1,12}$/.test(timestamp)) {
      return { verified: false, reason: 'webhook-timestamp is not in seconds since 1970', stale: true };
    }
    if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
      const reason = `webhook-timestamp is more than ${TOLERANCE_SECONDS} seconds away from now`;
      return { verified: false, reason, stale: true };
    }
    const message = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
    const fitting = signatures
      .split(' ')
      // Versions that are not known, such as v1a for asymmetric keys, may stand beside it.
      .filter((signature) => signature.startsWith('v1,'))
      .some((signature) => fitsHmac(Buffer.from(signature.slice('v1,'.length), 'base64'), message, keys));
    return fitting
      ? { verified: true }
      : { verified: false, reason: 'webhook-signature fits none of the stored secrets' };
  },

  interpret({ headers }: Delivery, body): Meaning {
    const parsed = v.safeParse(typeSchema, body);
    if (!parsed.success) return { type: 'unreadable', faults: faultsOf(parsed.issues) };
    const { type } = parsed.output;
    if (type !== 'repository.deleted') {
      return { type: 'ignored', reason: `event ${type} is not repository.deleted` };
    }
    const deletion = v.safeParse(deletionSchema, body);
    if (!deletion.success) return { type: 'unreadable', faults: faultsOf(deletion.issues) };
    const { data, timestamp } = deletion.output;
    const id = headers['webhook-id']?.slice(0, 200) ?? '';
    const occurredAt = timestamp || new Date(Number(headers['webhook-timestamp']) * 1000).toISOString();
    const request = parseRequest(data, { id, occurredAt }, 'data');
    return request.ok
      ? { type: 'request', request: request.value }
      : { type: 'unreadable', faults: request.faults };
  },
};
