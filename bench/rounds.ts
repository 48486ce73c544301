/** Measurements of one subject, one per round. */
export interface Series<Subject, Measured> {
  readonly subject: Subject;
  readonly measured: Measured[];
}

/**
 * Measures every subject once per round, in random order: a machine that slows down slows all of them down, and none always
 * follows the same one.
 *
 * @param warmUp number of rounds before those that count.
 */
export async function measureInterleaved<Subject, Measured>(
  subjects: readonly Subject[],
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
  measure: (subject: Subject) => Promise<Measured>,
): Promise<readonly Series<Subject, Measured>[]> {
  const all = subjects.map((subject): Series<Subject, Measured> => ({ subject, measured: [] }));
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const places = new Map(all.map((series) => [series, Math.random()]));
    for (const series of all.toSorted((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0))) {
      const result = await measure(series.subject);
      if (round >= warmUp) series.measured.push(result);
    }
  }
  return all;
}

/** Values of one contender, one per round. */
export function valuesOf<Name extends string>(
  series: readonly Series<{ readonly id: string }, Readonly<Record<Name, number>>>[],
  contender: string,
  name: Name,
): number[] {
  const found = series.find(({ subject }) => subject.id === contender);
  return (found?.measured ?? []).map((measured) => measured[name]);
}

/** Quantile with linear interpolation. `share` is from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position % 1);
}

/** Median of a comparison, round by round: a machine that is slow for a while makes no difference. */
export function compareRounds(
  ours: readonly number[],
  theirs: readonly number[],
  compare: (ours: number, theirs: number) => number,
): number {
  const compared = ours.map((value, round) => compare(value, theirs[round] ?? Number.NaN));
  return quantile(compared, 0.5);
}

export const ratio = (ours: number, theirs: number) => ours / theirs;
export const difference = (ours: number, theirs: number) => ours - theirs;
