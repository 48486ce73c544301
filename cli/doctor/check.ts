import { messageOf } from '../../command-line/options.ts';
import { toPrintable } from '../table.ts';

/** What was looked at, and how it is. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'not checked';
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** What a look has found; by itself it is all right. */
export type Finding = Pick<Check, 'message'> & Partial<Pick<Check, 'state' | 'hint'>>;

/** Looks at one thing. What can't be looked at has failed. */
export async function check(
  name: string,
  look: () => Promise<Finding>,
  explain: (error: unknown) => Omit<Finding, 'message'> = () => ({}),
): Promise<Check> {
  try {
    return { name, state: 'ok', ...(await look()) };
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
