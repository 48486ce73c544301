/**
 * Text with its ASCII letters in lower case, and everything else as it is. `toLowerCase` would turn the Kelvin sign into
 * `k` and so lead a foreign name to another repository, and it changes the length of some texts.
 */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
