/** As much of a mutant's result as the score needs. */
export interface Judged {
  readonly fileName: string;
  readonly status: string;
}

export interface Score {
  readonly name: string;
  readonly detected: number;
  /** Mutants that could not even run don't count. */
  readonly valid: number;
  /** 0 to 100. */
  readonly percent: number;
}

const DETECTED = new Set(['Killed', 'Timeout']);
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

export function isUndetected({ status }: Judged): boolean {
  return UNDETECTED.has(status);
}

/** The score of each file, the lowest first, and of all together. */
export function scoresOf(results: readonly Judged[]): { files: Score[]; total: Score } {
  const byFile = Map.groupBy(results, ({ fileName }) => fileName);
  const files = [...byFile].map(([name, judged]) => scoreOf(name, judged));
  return {
    files: files.toSorted((one, other) => one.percent - other.percent || (one.name < other.name ? -1 : 1)),
    total: scoreOf('all files', results),
  };
}

function scoreOf(name: string, judged: readonly Judged[]): Score {
  const detected = judged.filter(({ status }) => DETECTED.has(status)).length;
  const valid = detected + judged.filter(isUndetected).length;
  return { name, detected, valid, percent: valid === 0 ? 100 : (detected / valid) * 100 };
}

/** What is wrong with the scores; nothing if that is the empty list. */
export function faultsOfScores(
  { files, total }: { readonly files: readonly Score[]; readonly total: Score },
  least: { readonly total: number; readonly file: number },
): string[] {
  const low = files.filter(({ percent }) => percent < least.file);
  return [
    ...(total.percent < least.total ? [`${show(total)}: at least ${least.total} is wanted`] : []),
    ...low.map((score) => `${show(score)}: at least ${least.file} is wanted of every file`),
  ];
}

/** A score on one line. */
export function show({ name, detected, valid, percent }: Score): string {
  // Rounded down, so that nothing looks like what it isn't quite.
  return `${(Math.floor(percent * 100) / 100).toFixed(2).padStart(6)} ${name} (${detected} of ${valid})`;
}
