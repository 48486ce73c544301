const MAX_TEXTS = 20;
const MAX_TEXT_LENGTH = 300;

/** The beginning of a text, with `...` in place of the rest. Never ends with half a surrogate pair. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, Math.max(0, length - 3)).replace(/[\uD800-\uDBFF]$/, '')}...`;
}

/** Distinct texts on one line: the first 20, each cut, and the number of the others. */
export function joinTexts(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  const first = distinct.slice(0, MAX_TEXTS).map((text) => cutText(text, MAX_TEXT_LENGTH));
  const more = distinct.length - first.length;
  return [...first, ...(more > 0 ? [`… and ${more} more`] : [])].join('; ');
}
