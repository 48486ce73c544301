import { type Failure, failureOf } from '../failure.ts';
import { showName, validateRepository } from './names.ts';

/** A page of an organization's repositories, as SWR names them. */
export interface RepositoryPage {
  readonly names: readonly string[];
  /** Number of all repositories, where SWR says it. */
  readonly total?: number;
}

export type ListPage = (offset: number, limit: number) => Promise<RepositoryPage>;

/** The repositories of an organization. */
export interface RepositoryList {
  /** In SWR's order, each once. Any text: not checked yet. */
  readonly names: readonly string[];
  /** Why some may be missing. */
  readonly failure?: Failure;
}

/** Position in the sorted list of an organization's repositories. */
export interface Place {
  /** Number of repositories that are done. */
  readonly offset?: number;
  /** Last one of them. Without it the first `offset` repositories in SWR's own order are done. */
  readonly after?: string;
}

const READINGS = 3;

/**
 * Reads the whole list of an organization's repositories, again from its beginning where it changed meanwhile. A list ends at an
 * empty page and nowhere else: SWR may give fewer repositories than were asked for.
 *
 * @param most repositories of a page.
 * @throws what the first page fails with. A later page's failure is one of the list.
 */
export async function readRepositories(
  namespace: string,
  list: ListPage,
  most: number,
): Promise<RepositoryList> {
  const names = new Set<string>();
  let change: string | undefined;
  try {
    for (let reading = 1; reading <= READINGS; reading += 1) {
      change = await readOnce(list, most, names);
      if (change === undefined) return { names: [...names] };
    }
  } catch (error) {
    if (names.size === 0) throw error;
    return { names: [...names], failure: failureOf(error) };
  }
  const message = `listing the repositories of ${namespace}: the list changed during each of ${READINGS} readings, the last time because ${change}`;
  return { names: [...names], failure: { code: 'LIST_CHANGED', message, retryable: true } };
}

/**
 * Reads the list once.
 *
 * @param names gets what it has.
 * @returns how it was seen to change; undefined if it did not.
 */
async function readOnce(list: ListPage, most: number, names: Set<string>): Promise<string | undefined> {
  // The first reading is all that is known.
  const seen = names.size === 0 ? names : new Set<string>();
  let last: string | undefined;
  let total: number | undefined;
  for (;;) {
    const offset = seen.size;
    const page = await list(offset, limitAt(offset, most));
    const before = last;
    const again = page.names.find((name) => seen.has(name)) ?? findRepeated(page.names);
    for (const name of page.names) {
      seen.add(name);
      names.add(name);
    }
    if (again !== undefined) return `"${showName(again)}" came twice`;
    last = page.names.at(-1) ?? last;
    if (before !== undefined) {
      // If the list moved before this page was read, it is another one now.
      const [still] = (await list(offset - 1, 1)).names;
      if (still !== before) return `"${showName(before)}" is no longer number ${offset}`;
    }
    // A total below what the pages show is none.
    const named = page.total !== undefined && page.total >= seen.size ? page.total : undefined;
    if (total !== undefined && named !== undefined && named !== total)
      return `the total was ${total} and then ${named}`;
    total ??= named;
    if (page.names.length > 0) continue;
    return total !== undefined && total > offset ? `it ended after ${offset} of ${total}` : undefined;
  }
}

function findRepeated(names: readonly string[]): string | undefined {
  return new Set(names).size === names.length
    ? undefined
    : names.find((name, index) => names.indexOf(name) < index);
}

/** The longest page that may begin there: some clouds take only a multiple of the limit as the offset. */
function limitAt(offset: number, most: number): number {
  let limit = offset === 0 ? most : Math.min(offset, most);
  while (offset % limit > 0) limit -= 1;
  return limit;
}

/**
 * The repositories of a list that are left to do: valid names sorted, so that a place is good for any later list, and invalid
 * names only at the beginning.
 */
export function repositoriesLeft(
  names: readonly string[],
  { offset = 0, after }: Place,
): { readonly valid: readonly string[]; readonly invalid: readonly string[] } {
  const { valid = [], invalid = [] } = Object.groupBy(
    after === undefined ? names.slice(offset) : names,
    (name) => (validateRepository(name) === undefined ? 'valid' : 'invalid'),
  );
  valid.sort();
  if (after === undefined) return { valid, invalid };
  return { valid: valid.filter((name) => name > after), invalid: [] };
}
