import Table from 'cli-table3';

const BORDERS =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid';
const CHARS = { ...Object.fromEntries(BORDERS.split(' ').map((border) => [border, ''])), middle: '  ' };

/** Formats columns under headings, two blanks apart, so that scripts can split them; an empty text without rows. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const table = new Table({
    head: [...head],
    chars: CHARS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  table.push(...rows.map((row) => row.map(toPrintable)));
  const lines = table.toString().split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Replaces line breaks and control characters: some texts were sent by strangers. */
export function toPrintable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}

/** Beginning of a text, with `…` in place of the rest. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** "1 task", "2 tasks", "3 repositories", "4 days". */
export function count(number: number, thing: string): string {
  if (number === 1) return `1 ${thing}`;
  return `${number} ${/[^aeiou]y$/.test(thing) ? `${thing.slice(0, -1)}ies` : `${thing}s`}`;
}

/** Sorts by a key, for a reproducible order. */
export function sortBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items.toSorted((one, other) => {
    const [first, second] = [keyOf(one), keyOf(other)];
    if (first === second) return 0;
    return first < second ? -1 : 1;
  });
}

/** Formats a time for a column whose heading says UTC. */
export function formatTime(time: string | undefined): string {
  if (time === undefined) return '-';
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? time : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** "2 restored, 1 failed." */
export function countEach(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return `${[...counts].map(([name, number]) => `${number} ${name}`).join(', ')}.`;
}
