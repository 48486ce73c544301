import type * as v from 'valibot';
import { cutText } from './cut-text.ts';

const MAX_ISSUES = 20;
const MAX_PATH_LENGTH = 200;
const MAX_FOUND_LENGTH = 80;
const MAX_FOUND_DEPTH = 20;
const MAX_EXPECTED_LENGTH = 300;
const UNKNOWN_KEY = 'unknown key';

/** Validation issue: a place in a document, what was found there, and what was expected. */
export interface Issue {
  /** `routes[0].to`; empty for the document itself. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** Number of further ones that are left out after this one. */
  readonly more?: number;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * valibot's first 20 issues as issues; the last one has the number of the others. A message of our own in a schema states
 * what is expected.
 *
 * @param prefix the path of the part that was parsed, such as `data`.
 */
export function toIssues(issues: readonly v.BaseIssue<unknown>[], prefix = ''): Issue[] {
  const more = issues.length - MAX_ISSUES;
  return issues.slice(0, MAX_ISSUES).map((issue, index) => ({
    path: joinPath(prefix, issue.path),
    found: show(issue.input),
    expected: cutText(expectationOf(issue), MAX_EXPECTED_LENGTH),
    ...(more > 0 && index === MAX_ISSUES - 1 && { more }),
  }));
}

function expectationOf(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return UNKNOWN_KEY;
  // valibot's own messages begin with this word and tell what was received once more.
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  return issue.input === undefined ? 'a value' : (issue.expected ?? issue.type);
}

function joinPath(prefix: string, items: readonly v.IssuePathItem[] = []): string {
  const path = items.reduce((before, { key }) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    return before === '' ? String(key) : `${before}.${String(key)}`;
  }, prefix);
  return cutText(path, MAX_PATH_LENGTH);
}

/** A value for an error message: short, on one line. Only as much of it is read as is shown. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  try {
    return cutText(write(value, MAX_FOUND_LENGTH, 0), MAX_FOUND_LENGTH);
  } catch {
    return typeof value;
  }
}

/** JSON that breaks off once it is longer than `room`. What leads back to itself has no end: the depth has one. */
function write(value: unknown, room: number, depth: number): string {
  if (depth > MAX_FOUND_DEPTH) throw new RangeError('nested too deeply to be shown');
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_FOUND_LENGTH));
  if (typeof value === 'bigint') return typeof value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? typeof value;
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  let separator = '';
  for (const key of Object.keys(isList ? value.slice(0, room) : value)) {
    text += isList ? separator : `${separator}${write(key, room, depth)}:`;
    if (text.length > room) return text;
    text += write(Reflect.get(value, key), room - text.length, depth + 1);
    separator = ',';
  }
  return text + (isList ? ']' : '}');
}

/** The first 20 issues of a list as they are shown, and the number of all others. */
export function firstIssues(issues: readonly Issue[]): {
  readonly first: readonly Issue[];
  readonly more: number;
} {
  const first = issues.slice(0, MAX_ISSUES).map(({ path, found, expected }) => ({ path, found, expected }));
  const all = issues.reduce((count, { more = 0 }) => count + 1 + more, 0);
  return { first, more: all - first.length };
}

/** Issues on one line: the first 20, and the number of the others. */
export function formatIssues(issues: readonly Issue[]): string {
  const { first, more } = firstIssues(issues);
  const texts = first.map(({ path, found, expected }) => {
    const place = path || '(root)';
    return expected === UNKNOWN_KEY
      ? `${place}: ${expected}`
      : `${place}: expected ${expected}, found ${found}`;
  });
  return [...texts, ...(more > 0 ? [`… and ${more} more`] : [])].join('; ');
}
