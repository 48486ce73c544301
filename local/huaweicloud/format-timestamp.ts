/** SWR writes the fraction of a second without its trailing zeros, and none where it is zero. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z');
}
