import type { Received } from './receiver.ts';

/** A bound on answers and log lines, whatever arrives. */
const MAX_TEXT = 64 * 1024;

/**
 * What may become of a delivery. `same`: nothing, or exactly what its genuine one leads to. `refused`: nothing, and the
 * sender is told so. `any`: its content is whatever its sender wants it to be.
 */
export type Claim = 'same' | 'refused' | 'any';

/** Says what is wrong with what became of a delivery; undefined if nothing is. */
export function judge(claim: Claim, received: Received, genuine: readonly string[]): string | undefined {
  const { status, answer, queued, longestLine, called } = received;
  if (status >= 500) return `answered ${status}: ${answer.slice(0, 300)}`;
  if (answer.length > MAX_TEXT) return `answered with ${answer.length} characters`;
  if (longestLine > MAX_TEXT) return `logged a line of ${longestLine} characters`;
  const foreign = called.find((host) => !/\.(?:amazonaws|myhuaweicloud)\.com$/.test(host));
  if (foreign !== undefined) return `called ${foreign}`;
  if ((status === 202) !== queued.length > 0)
    return `answered ${status}, and queued ${queued.length} messages`;
  if (claim === 'refused' && status < 400) return `answered ${status} to what nothing proves`;
  if (claim !== 'same' || queued.length === 0) return undefined;
  const wanted = genuine.join('\n');
  const found = queued.map(canonicalOf).join('\n');
  return found === wanted ? undefined : `queued ${found}, and its genuine delivery ${wanted || 'nothing'}`;
}

/** Times since then are of arrival, or signed for this run. */
const STARTED_AT = Date.now();
const CLOCK_STEP_MS = 1000;

/** A message without what may differ between two arrivals: the sender's label, which isn't signed, and a time of this run. */
export function canonicalOf(message: string): string {
  const request: unknown = JSON.parse(message);
  if (typeof request !== 'object' || request === null) return message;
  const { deliveryId: _, ...others } = { deliveryId: undefined, ...request };
  const occurredAt = 'occurredAt' in others ? Date.parse(String(others.occurredAt)) : Number.NaN;
  const isOfThisRun = occurredAt >= STARTED_AT && occurredAt <= Date.now() + CLOCK_STEP_MS;
  return JSON.stringify({ ...others, ...(isOfThisRun && { occurredAt: 'of this run' }) });
}
