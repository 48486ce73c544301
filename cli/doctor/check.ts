import { messageOf } from '../../command-line/options.ts';
import { toPrintable } from '../table.ts';

/** Result of a check. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'not checked';
  readonly message: string;
  /** Next step. */
  readonly hint?: string;
}

/** Outcome of a check; `ok` if it has no state. */
export type Finding = Pick<Check, 'message'> & Partial<Pick<Check, 'state' | 'hint'>>;

/** Runs one check. An error makes it fail. */
export async function check(
  name: string,
  run: () => Promise<Finding>,
  explain: (error: unknown) => Omit<Finding, 'message'> = () => ({}),
): Promise<Check> {
  try {
    return { name, state: 'ok', ...(await run()) };
  } catch (error) {
    return { name, state: 'failed', message: messageOf(error), ...explain(error) };
  }
}

export function skip(name: string, message: string): Check {
  return { name, state: 'not checked', message };
}

export function formatChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat('not checked'.length + 2);
  return checks
    .flatMap(({ name, state, message, hint }) => {
      const [first = '', ...others] = message.split('\n').map(toPrintable);
      const line = `${state.padEnd('not checked'.length)}  ${name.padEnd(width)}  ${first}`;
      return [
        line,
        ...[...others, ...(hint === undefined ? [] : [`-> ${hint}`])].map((text) => indent + text),
      ];
    })
    .join('\n');
}
