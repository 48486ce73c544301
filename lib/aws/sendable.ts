// What XML 1.0 can hold, and so SQS: no control characters, no lone surrogates, no U+FFFE and U+FFFF.
const UNSENDABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** What SQS takes in one message, attributes included; some of it is kept for those. */
const MAX_MESSAGE_BYTES = 1024 * 1024 - 16 * 1024;

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

/** The same, or undefined where the value is nested too deeply to be written as JSON, or too large for a message. */
export function tryToSendableJson(value: unknown): string | undefined {
  try {
    const json = toSendableJson(value);
    return Buffer.byteLength(json) > MAX_MESSAGE_BYTES ? undefined : json;
  } catch {
    return undefined;
  }
}
