import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../../lib/sources/source.ts';

export interface WebhookFixture {
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, to the byte. */
  readonly body: string;
}

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures', `${name}.json`), 'utf8'));
}

export function readWebhook(name: string): WebhookFixture {
  // The files of these folders are all of this form.
  // oxlint-disable-next-line no-unsafe-type-assertion
  return readFixture(name) as WebhookFixture;
}

/** A fixture as a source gets it, with other headers or another body where a test says so. */
export function deliveryOf(
  { headers, body }: WebhookFixture,
  differences: { headers?: Record<string, string | undefined>; body?: string | Buffer } = {},
): Delivery {
  return { headers: { ...headers, ...differences.headers }, rawBody: Buffer.from(differences.body ?? body) };
}
