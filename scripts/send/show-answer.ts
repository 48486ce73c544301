import { parseJson } from '../../lib/json.ts';

const MAX_LENGTH = 4000;

/**
 * An answer's body for a person, as indented JSON where it is JSON.
 *
 * @param proof what must not be shown even where something repeats what it was sent.
 */
export function showAnswer(body: string, proof: Readonly<Record<string, string>>): string {
  const hidden = Object.values(proof).flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  const safe = hidden.reduce((text, value) => text.replaceAll(value, '…'), body);
  const content = parseJson(safe);
  const shown = typeof content === 'string' ? safe : JSON.stringify(content, null, 2);
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown;
}
