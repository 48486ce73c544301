/** Names of a stage's resources, as in `resources/`. */
export interface ResourceNames {
  readonly cleanupQueue: string;
  readonly deadLetterQueue: string;
  readonly sweepQueue: string;
  readonly ledgerTable: string;
  readonly eventBus: string;
  readonly sweepFunction: string;
}

/** Names of the resources of a stage. */
export function resourceNamesOf(stage: string): ResourceNames {
  const prefix = `swr-sync-cleanup-${stage}`;
  return {
    cleanupQueue: prefix,
    deadLetterQueue: `${prefix}-dead-letters`,
    sweepQueue: `${prefix}-sweep`,
    ledgerTable: `${prefix}-ledger`,
    eventBus: prefix,
    sweepFunction: `${prefix}-sweep`,
  };
}
