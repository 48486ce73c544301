import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { faultsOf } from '../faults.ts';
import { fitsHmac } from './hmac.ts';
import type { Meaning } from './meaning.ts';
import type { Delivery, Source, Verification } from './source.ts';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

const actionSchema = v.object({ action: v.string() });
const deletionSchema = v.object({
  repository: v.object({
    full_name: v.pipe(v.string(), v.regex(/^[^/\s]{1,100}\/[^/\s]{1,100}$/, 'OWNER/NAME')),
  }),
});

/**
 * GitHub's repository, organization and app webhooks. The signature is made over the body only, so a delivery proves
 * neither when it was made nor that it is the first of its kind; GitHub says no time of deletion either, and the time
 * of arrival counts. Source: GitHub Docs, "Validating webhook deliveries" and "Webhook events and payloads".
 */
export const github: Source = {
  routed: true,

  parseSecret(secret) {
    if (secret.trim() === '') throw new Error('expected a secret, found an empty one');
    return Buffer.from(secret);
  },

  verify({ headers, rawBody }: Delivery, keys): Verification {
    const header = headers['x-hub-signature-256'];
    if (header === undefined)
      return { verified: false, reason: 'no X-Hub-Signature-256 header', stale: true };
    const [, hex] = SIGNATURE.exec(header) ?? [];
    if (hex === undefined) {
      return { verified: false, reason: 'X-Hub-Signature-256 is not sha256= and 64 hex digits', stale: true };
    }
    return fitsHmac(Buffer.from(hex, 'hex'), rawBody, keys)
      ? { verified: true }
      : { verified: false, reason: 'X-Hub-Signature-256 fits none of the stored secrets' };
  },

  interpret({ headers }: Delivery, body, receivedAt): Meaning {
    const event = headers['x-github-event'];
    if (event === undefined) {
      const expected = 'the name of the event, as GitHub sends it';
      return { type: 'unreadable', faults: [{ path: 'headers.x-github-event', found: 'nothing', expected }] };
    }
    if (event !== 'repository')
      return { type: 'ignored', reason: `event ${event} is not a repository deletion` };
    const parsed = v.safeParse(actionSchema, body);
    if (!parsed.success) return { type: 'unreadable', faults: faultsOf(parsed.issues) };
    const { action } = parsed.output;
    if (action !== 'deleted') {
      return {
        type: 'ignored',
        reason: `event repository with action ${action} is not a repository deletion`,
      };
    }
    const deletion = v.safeParse(deletionSchema, body);
    if (!deletion.success) return { type: 'unreadable', faults: faultsOf(deletion.issues) };
    return {
      type: 'deleted',
      repository: deletion.output.repository.full_name,
      id: headers['x-github-delivery']?.slice(0, 100) || randomUUID(),
      occurredAt: receivedAt,
    };
  },
};
