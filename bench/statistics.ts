/** @param share 0 to 1; between two values, the straight line. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position % 1);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Two contenders, round by round: what was measured within a second of each other is compared, so that a machine that
 * is slower for a while makes no difference.
 */
export function compareRounds(
  ours: readonly number[],
  theirs: readonly number[],
  compare: (ours: number, theirs: number) => number,
): number[] {
  return ours.map((value, round) => compare(value, theirs[round] ?? Number.NaN));
}
