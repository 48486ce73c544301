import * as v from 'valibot';
import { UsageError } from '../command-line/options.ts';
import { timestampSchema } from '../lib/cleanup/request.ts';
import { parseTarget } from '../lib/config/validate-routes.ts';
import type { Target } from '../lib/huaweicloud/names.ts';
import { validateOrganization, validateRepository } from '../lib/huaweicloud/names.ts';
import { parseDuration } from '../lib/times.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** An organization of SWR, or one of its repositories. */
export interface ImageName {
  readonly namespace: string;
  readonly repository?: string;
}

/**
 * Reads `NAMESPACE` or `NAMESPACE/REPOSITORY`.
 *
 * @throws {UsageError} if the name is not valid in SWR.
 */
export function parseImageName(text: string): ImageName {
  const slash = text.indexOf('/');
  const namespace = slash === -1 ? text : text.slice(0, slash);
  const repository = slash === -1 ? undefined : text.slice(slash + 1);
  const issue =
    validateOrganization(namespace) ??
    (repository === undefined ? undefined : validateRepository(repository));
  if (issue !== undefined) throw new UsageError(`${issue}. Expected NAMESPACE or NAMESPACE/REPOSITORY.`);
  return { namespace, ...(repository !== undefined && { repository }) };
}

/** Name as it is written in arguments. */
export function formatImageName({ namespace, repository }: ImageName): string {
  return repository === undefined ? namespace : `${namespace}/${repository}`;
}

/**
 * Reads `REGION/ORGANIZATION`.
 *
 * @throws {UsageError}
 */
export function parseTargetName(text: string): Target {
  const target = parseTarget(text);
  if (target === undefined)
    throw new UsageError(
      `Invalid target "${text}": expected REGION/ORGANIZATION, such as cn-east-3/acme-dr.`,
    );
  return target;
}

/**
 * Reads a point in time: ISO 8601 with its zone, a day (its beginning in UTC), or an age such as
 * `90m`, `2h` or `3d`.
 *
 * @returns ISO 8601 in UTC.
 * @throws {UsageError}
 */
export function parseTime(text: string, nowMs: number): string {
  const age = parseDuration(text);
  if (age !== undefined) return new Date(nowMs - age).toISOString();
  const isDay = DAY.test(text);
  const time = isDay ? `${text}T00:00:00Z` : text;
  // `Date` reads the 31st of November as the 1st of December.
  const isValid = v.is(timestampSchema, time) && (!isDay || new Date(time).toISOString().startsWith(text));
  if (!isValid) {
    throw new UsageError(
      `Invalid time "${text}": expected a time such as 2026-11-24T03:00:00Z, a day such as 2026-11-24, or an age such as 90m, 2h or 3d.`,
    );
  }
  return new Date(time).toISOString();
}
