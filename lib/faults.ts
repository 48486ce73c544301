import type * as v from 'valibot';

/** Where in a document something is wrong, what is there, and what is expected. */
export interface Fault {
  /** `routes[0].to`; empty for the document itself. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * valibot's issues as faults. A message of our own in a schema states what is expected.
 *
 * @param prefix the path of the part that was parsed, such as `data`.
 */
export function faultsOf(issues: readonly v.BaseIssue<unknown>[], prefix = ''): Fault[] {
  return issues.map((issue) => ({
    path: joinPath(
      prefix,
      (issue.path ?? []).map(({ key }) => key),
    ),
    found: show(issue.input),
    expected: expectationOf(issue),
  }));
}

function expectationOf(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'no such key';
  // valibot's own messages begin with this word and tell what was received once more.
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  return issue.input === undefined ? 'a value' : (issue.expected ?? issue.type);
}

function joinPath(prefix: string, keys: readonly unknown[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, prefix);
}

/** A value for an error message: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = jsonOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The type instead where there is no JSON: an alias of YAML may lead back to what it is in. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}

export function formatFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ path, found, expected }) => `${path || '(the whole)'}: expected ${expected}, found ${found}`)
    .join('; ');
}
