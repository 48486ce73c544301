import { messageOf } from '../../command-line/options.ts';
import { toPrintable } from '../table.ts';

const STATE_WIDTH = 'not checked'.length;

/** Result of a check. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'not checked';
  readonly message: string;
  /** Next step. */
  readonly hint?: string;
}

/** Outcome of a check; `ok` if it has no state. */
export type CheckResult = Pick<Check, 'message'> & Partial<Pick<Check, 'state' | 'hint'>>;

/**
 * Runs one check. An error makes it fail.
 *
 * @param explain returns the next step after an error, and another state or message where it is no failure.
 */
export async function check(
  name: string,
  run: () => Promise<CheckResult>,
  explain: (error: unknown) => Partial<CheckResult> = () => ({}),
): Promise<Check> {
  try {
    return { name, state: 'ok', ...(await run()) };
  } catch (error) {
    return { name, state: 'failed', message: messageOf(error), ...explain(error) };
  }
}

/** Check that can not be made. */
export function skip(name: string, message: string): Check {
  return { name, state: 'not checked', message };
}

/** Formats the list of checks with their next steps. */
export function formatChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, message, hint }) => {
    const [first = '', ...others] = message.split('\n').map(toPrintable);
    const more = hint === undefined ? others : [...others, `-> ${hint}`];
    const line = `${state.padEnd(STATE_WIDTH)}  ${name.padEnd(width)}  ${first}`;
    return [line, ...more.map((text) => `${' '.repeat(STATE_WIDTH)}  ${text}`)];
  });
  return lines.join('\n');
}
