/** Names of the resources of a stage, as in `resources/`. */
export function resourceNamesOf(stage: string) {
  const prefix = `swr-sync-cleanup-${stage}`;
  return {
    cleanupQueue: prefix,
    deadLetterQueue: `${prefix}-dead-letters`,
    sweepQueue: `${prefix}-sweep`,
    ledgerTable: `${prefix}-ledger`,
    eventBus: prefix,
    cleanFunction: `${prefix}-clean`,
    sweepFunction: `${prefix}-sweep`,
    sweepSchedule: `${prefix}-sweep`,
    httpApi: prefix,
  };
}
