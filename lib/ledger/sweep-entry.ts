import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import type { Key } from '../aws/table.ts';
import { REASONS } from '../sweep/judge-task.ts';
import type { Suspicion, SweepRecord, SweptOrganization } from '../sweep/ledger.ts';

const reasonSchema = v.picklist(REASONS);
const organization = { account: v.string(), namespace: v.string() };
const sweepCountsSchema = v.object({
  repositories: v.number(),
  denied: v.number(),
  unread: v.number(),
  tasks: v.number(),
  found: v.number(),
  suspected: v.number(),
  undecided: v.number(),
  unchecked: v.number(),
});

export const sweptOrganizationSchema = v.object(organization);

export const sweptPageSchema = v.object({
  page: v.pipe(
    v.string(),
    v.parseJson(),
    v.object({
      ...organization,
      offset: v.number(),
      counts: sweepCountsSchema,
      next: v.exactOptional(v.number()),
      after: v.exactOptional(v.string()),
      sighted: v.exactOptional(v.array(v.string())),
    }),
  ),
});

export const sweepFindingSchema = v.object({
  finding: v.pipe(
    v.string(),
    v.parseJson(),
    v.object({
      ...organization,
      repository: v.string(),
      tasks: v.array(
        v.object({
          target: v.object({ remoteRegionId: v.string(), remoteNamespace: v.string() }),
          reasons: v.array(reasonSchema),
          source: v.exactOptional(v.object({ name: v.string(), repository: v.string() })),
          unproven: v.exactOptional(v.array(v.string())),
        }),
      ),
    }),
  ),
});

const sweepEntrySchema = v.object({
  id: v.string(),
  startedAt: v.string(),
  organizations: v.exactOptional(v.number()),
  reported: v.optional(v.number(), 0),
  applied: v.optional(v.number(), 0),
});

const sweepReportSchema = v.object({
  id: v.string(),
  startedAt: v.string(),
  finishedAt: v.string(),
  state: v.picklist(['rejected', 'dry run', 'applied']),
  mode: v.picklist(['apply', 'dry-run']),
  maxPercent: v.number(),
  percent: v.number(),
  organizations: v.number(),
  heldBack: v.exactOptional(v.number()),
  counts: v.pipe(v.string(), v.parseJson(), sweepCountsSchema),
  reasons: v.pipe(
    v.string(),
    v.parseJson(),
    v.object({ [REASONS[0]]: v.number(), [REASONS[1]]: v.number(), [REASONS[2]]: v.number() }),
  ),
});

export const suspicionSchema = v.object({ firstGoneAt: v.string(), firstSweep: v.string() });

/**
 * Reads the entry of a sweep; `report` only if it has finished.
 *
 * @throws {v.ValiError} if the entry is of another kind.
 */
export function readSweep(item: Item): SweepRecord {
  const { reported, applied, ...rest } = v.parse(sweepEntrySchema, item);
  const report = v.safeParse(sweepReportSchema, item);
  return {
    ...rest,
    reported: reported > 0,
    applied: applied > 0,
    ...(report.success && { report: report.output }),
  };
}

/** Partition of the suspicions in an organization, which a page of repositories reads at once. */
export function partitionOfSuspicions({ account, namespace }: SweptOrganization): string {
  return `suspicion#${account}/${namespace}`;
}

/** Key of a suspicion. */
export function keyOfSuspicion(suspicion: Suspicion): Key {
  const { repository, source, sourceRepository } = suspicion;
  return { pk: partitionOfSuspicions(suspicion), sk: `${repository}#${source}:${sourceRepository}` };
}
