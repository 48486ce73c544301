import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import type { Key } from '../aws/table.ts';
import {
  type Suspicion,
  type SweepRecord,
  type SweptOrganization,
  sweepCountsSchema,
  sweepFindingSchema,
  sweepReportSchema,
  sweptPageSchema,
} from '../sweep/ledger.ts';

/** Schema of a value that is kept as JSON. */
const jsonOf = <T>(schema: v.GenericSchema<unknown, T>) => v.pipe(v.string(), v.parseJson(), schema);

export const sweptOrganizationSchema = v.object({ account: v.string(), namespace: v.string() });
export const pageEntrySchema = v.object({ page: jsonOf(sweptPageSchema) });
export const findingEntrySchema = v.object({ finding: jsonOf(sweepFindingSchema) });

const sweepEntrySchema = v.object({
  id: v.string(),
  startedAt: v.string(),
  organizations: v.exactOptional(v.number()),
  reported: v.optional(v.number(), 0),
  applied: v.optional(v.number(), 0),
});

const reportEntrySchema = v.object({
  ...sweepReportSchema.entries,
  counts: jsonOf(sweepCountsSchema),
  reasons: jsonOf(sweepReportSchema.entries.reasons),
});

export const suspicionSchema = v.object({ firstGoneAt: v.string(), firstSweep: v.string() });

/**
 * Reads the entry of a sweep; `report` only if it has finished.
 *
 * @throws {v.ValiError} if the entry is of another kind.
 */
export function readSweep(item: Item): SweepRecord {
  const { reported, applied, ...rest } = v.parse(sweepEntrySchema, item);
  const report = v.safeParse(reportEntrySchema, item);
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
