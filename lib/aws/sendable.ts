// SQS takes what XML 1.0 can hold: no control characters, no lone surrogates, no U+FFFE and U+FFFF.
const UNSENDABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Size limit of a message body: SQS takes 1 MiB with attributes, which get 16 KiB of it. */
const MAX_MESSAGE_BYTES = 1024 * 1024 - 16 * 1024;

/** Text in which U+FFFD replaces every character that SQS rejects. */
export function toSendableText(text: string): string {
  return text.replaceAll(UNSENDABLE, '\uFFFD');
}

/**
 * JSON in which every character that SQS rejects is escaped, so that the value is kept whole. Characters beyond the basic
 * plane are escaped too: SQS takes them, but not every emulator does.
 */
export function toSendableJson(value: unknown): string {
  // `JSON.stringify` escapes control characters and lone surrogates itself.
  return JSON.stringify(value).replaceAll(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}

/** Sendable JSON; undefined if the value is nested too deeply for JSON, or is too large for a message. */
export function tryToSendableJson(value: unknown): string | undefined {
  try {
    const json = toSendableJson(value);
    return Buffer.byteLength(json) > MAX_MESSAGE_BYTES ? undefined : json;
  } catch {
    return undefined;
  }
}
