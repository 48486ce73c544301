import type { Item, Value } from '../../lib/aws/item.ts';
import { type Change, type Key, type Query, Table } from '../../lib/aws/table.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';

type Values = Readonly<Record<string, Value | undefined>>;

/** A table in memory, for tests that aren't about DynamoDB. */
export class MemoryTable extends Table {
  readonly #items = new Map<string, Item>();

  constructor() {
    super('memory');
  }

  override async update(
    { key, set = {}, setIfMissing = {}, add = {}, onlyIf = {} }: Change,
    returns: 'now' | 'before' = 'now',
  ): Promise<Item | undefined> {
    const before = this.#items.get(idOf(key)) ?? {};
    const holds = Object.entries(onlyIf).every(
      ([name, values]) => before[name] === undefined || values.includes(String(before[name])),
    );
    if (!holds) return undefined;
    const sums = Object.entries(add).map(([name, more]) => [name, addTo(before[name], more)]);
    const now = defined({ ...key, ...setIfMissing, ...before, ...defined(set), ...Object.fromEntries(sums) });
    this.#items.set(idOf(key), now);
    if (returns === 'now') return now;
    const touched = { ...set, ...setIfMissing, ...add };
    return Object.fromEntries(Object.entries(before).filter(([name]) => touched[name] !== undefined));
  }

  override async put(items: readonly (Values & Key)[]): Promise<void> {
    for (const item of items) this.#items.set(idOf(item), defined(item));
  }

  override async remove(key: Key): Promise<void> {
    this.#items.delete(idOf(key));
  }

  override async queryPage({ hash, range, newestFirst, after, limit = Infinity }: Query) {
    const sortedBy = range?.name ?? 'sk';
    const [from, to] = boundsOf(range);
    const found = [...this.#items.values()]
      .filter((item) => item[hash[0]] === hash[1])
      .map((item) => ({ item, at: String(item[sortedBy]) }))
      .filter(({ at }) => at >= from && at <= to)
      .toSorted((one, other) => (one.at < other.at ? -1 : 1) * (newestFirst === true ? -1 : 1))
      .map(({ item }) => item);
    const start = after === undefined ? 0 : found.findIndex((item) => idOf(item) === after) + 1;
    const items = found.slice(start, start + limit);
    const last = items.at(-1);
    return { items, ...(last !== undefined && items.length === limit && { after: idOf(last) }) };
  }
}

/** The ledger of a function that has just been deployed. */
export function memoryLedger(table = new MemoryTable()): DynamoLedger {
  return new DynamoLedger({ table, defaultAccount: 'main', retentionDays: 90 });
}

function boundsOf(range: Query['range']): [from: string, to: string] {
  if (range === undefined) return ['', '\uffff'];
  return 'beginsWith' in range ? [range.beginsWith, `${range.beginsWith}\uffff`] : [range.from, range.to];
}

function defined(values: Values): Item {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function addTo(before: Value | undefined, more: number | readonly string[] | undefined): Value | undefined {
  if (more === undefined) return before;
  if (typeof more === 'number') return Number(before ?? 0) + more;
  return [...new Set([...(Array.isArray(before) ? before.map(String) : []), ...more])];
}

function idOf({ pk, sk }: Partial<Record<keyof Key, string | number | undefined>>): string {
  return JSON.stringify([pk, sk]);
}
