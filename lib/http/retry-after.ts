/**
 * Longest wait. SQS hides a message for 12 hours at most, counted from its receipt, and rejects more. The receipt is less
 * than the queue's visibility timeout, six minutes, ago.
 */
const MAX_SECONDS = 12 * 60 * 60 - 6 * 60;

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, section 10.2.3).
 *
 * @returns whole seconds from now, 0 to 42,840; undefined where there is none that can be read.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - nowMs) / 1000);
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(seconds, 0), MAX_SECONDS);
}
