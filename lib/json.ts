/** Values that JSON of a sender may hold: parsed, each takes up to 500 bytes of memory. */
export const MAX_JSON_VALUES = 32_768;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Characters before a value, or between two: `,`, `[` and `{`. */
const BEGINNINGS = new Set([0x2c, 0x5b, 0x7b]);

/** The value that a text holds as JSON; undefined if the text is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value that a sender's JSON holds. Text that is not JSON, or holds too many values, stays a text: the wrong shape. */
export function parseJson(text: string): unknown {
  const value = hasTooManyValues(text) ? undefined : readJson(text);
  return value === undefined ? text : value;
}

/** True if JSON holds more values than a sender's may. The text is scanned, not parsed. */
export function hasTooManyValues(json: string): boolean {
  // Each takes two characters at least.
  if (json.length < 2 * MAX_JSON_VALUES) return false;
  let values = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (BEGINNINGS.has(code)) values += 1;
    if (values > MAX_JSON_VALUES) return true;
  }
  return false;
}

/** @param start where its first quote stands. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return json.length;
}
