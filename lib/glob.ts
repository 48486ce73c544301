type Part =
  | { readonly type: 'one'; readonly char: string }
  | { readonly type: 'segment' }
  | { readonly type: 'segments' }
  | { readonly type: 'across' };

/**
 * Matches a name against a glob: `*` stands for any run of characters within a path segment, `**` across segments, and
 * a leading or inner `**` + `/` also for nothing at all. All else stands for itself.
 *
 * Walks all possible positions at once instead of trying them one after the other, so the time is bounded by the
 * product of the two lengths for any glob.
 *
 * @example
 * matchGlob('platform/**', 'platform/base/node'); // true
 * matchGlob('cn-east-3/*', 'cn-east-3/acme-dr'); // true
 */
export function matchGlob(glob: string, name: string): boolean {
  const parts = parseGlob(glob);
  let positions = reach(parts, [0], true);
  for (const char of name) {
    const next: number[] = [];
    for (const position of positions) {
      const part = parts[position];
      if (part === undefined) continue;
      if (part.type === 'one') {
        if (part.char === char) next.push(position + 1);
      } else if (part.type !== 'segment' || char !== '/') next.push(position);
    }
    positions = reach(parts, next, char === '/');
  }
  return positions.has(parts.length);
}

function parseGlob(glob: string): Part[] {
  return [...glob.matchAll(/(?<![^/])\*\*\/|\*\*|\*|[^*]/gsu)].map(([text]) => {
    if (text === '**/') return { type: 'segments' };
    if (text === '**') return { type: 'across' };
    return text === '*' ? { type: 'segment' } : { type: 'one', char: text };
  });
}

/** The positions, and those that can be reached from them without reading a character. */
function reach(parts: readonly Part[], from: readonly number[], atSegmentStart: boolean): Set<number> {
  const positions = new Set(from);
  // A set's iterator also visits what is added on the way.
  for (const position of positions) {
    const part = parts[position];
    if (part === undefined || part.type === 'one') continue;
    // Whole segments end only where the next one starts.
    if (part.type !== 'segments' || atSegmentStart) positions.add(position + 1);
  }
  return positions;
}
