// What XML 1.0 can hold, and so SQS: no control characters, no lone surrogates, no U+FFFE and U+FFFF.
const UNSENDABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** The text with every character replaced that SQS refuses. */
export function toSendableText(text: string): string {
  return text.replaceAll(UNSENDABLE, '\uFFFD');
}

/**
 * JSON in which every character that SQS refuses is escaped, so that nothing of the value is lost. So are those beyond
 * the basic plane, which SQS takes and not every stand-in for it.
 */
export function toSendableJson(value: unknown): string {
  // `JSON.stringify` escapes control characters and lone surrogates itself.
  return JSON.stringify(value).replaceAll(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}
