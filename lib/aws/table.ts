import * as v from 'valibot';
import { pause } from '../clock.ts';
import { failureOf, ServiceError } from '../failure.ts';
import { callAws } from './call.ts';
import { defined, fromAttributes, type Item, toAttribute, toAttributes, type Value } from './item.ts';

/** For all attempts of one call. DynamoDB answers within milliseconds, or not at all. */
const TIMEOUT_MS = 2000;
/** Items in one batch; the limit of DynamoDB. */
const BATCH = 25;
const BATCH_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

type Values = Readonly<Record<string, string | number | undefined>>;

export interface Change {
  readonly key: Key;
  /** New values of attributes. */
  readonly set?: Values;
  /** Values of attributes that the item does not have yet. */
  readonly setIfMissing?: Values;
  /** Amounts that are added to numbers, and texts that are added to sets. A set must not be empty. */
  readonly add?: Readonly<Record<string, number | readonly string[] | undefined>>;
  /** Condition of the change: each attribute is missing, or has one of these values. */
  readonly onlyIf?: Readonly<Record<string, readonly string[]>>;
}

export interface Query {
  /** The table itself if missing. */
  readonly index?: string;
  readonly hash: readonly [name: string, value: string];
  readonly range?:
    | { readonly name: string; readonly beginsWith: string }
    | { readonly name: string; readonly from: string; readonly to: string };
  readonly newestFirst?: boolean;
  /** The key of the item after which to begin, as a page has given it. */
  readonly after?: string | undefined;
  readonly limit?: number;
}

interface QueryPage {
  readonly items: readonly Item[];
  /** There is more after this key. */
  readonly after?: string;
}

/** Any object. `v.record` would add its own code to every bundle. */
const anyObject = v.looseObject({});
const updateAnswerSchema = v.object({ Attributes: v.optional(anyObject, {}) });
const queryPageSchema = v.object({
  Items: v.array(anyObject),
  LastEvaluatedKey: v.optional(anyObject),
});
const batchAnswerSchema = v.object({ UnprocessedItems: v.optional(anyObject, {}) });

/** DynamoDB table with the keys `pk` and `sk`. Every failure is `LEDGER_UNAVAILABLE`, and transient. */
export class Table {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Changes an item, which is created if it is missing.
   *
   * @returns the item as it is now, or as it was before, as far as the change has touched it; undefined if `onlyIf`
   *   didn't hold.
   */
  async update(
    { key, set = {}, setIfMissing = {}, add = {}, onlyIf = {} }: Change,
    returns: 'now' | 'before' = 'now',
  ): Promise<Item | undefined> {
    const expression = new Expression();
    const assigned = [
      ...defined(set).map(([name, value]) => `${expression.name(name)} = ${expression.value(value)}`),
      ...defined(setIfMissing).map(
        ([name, value]) =>
          `${expression.name(name)} = if_not_exists(${expression.name(name)}, ${expression.value(value)})`,
      ),
    ];
    const added = defined(add).map(([name, value]) => `${expression.name(name)} ${expression.value(value)}`);
    const conditions = Object.entries(onlyIf).map(
      ([name, values]) =>
        `(attribute_not_exists(${expression.name(name)}) OR ${expression.name(name)} IN (${values
          .map((value) => expression.value(value))
          .join(', ')}))`,
    );
    const UpdateExpression = [
      ...(assigned.length > 0 ? [`SET ${assigned.join(', ')}`] : []),
      ...(added.length > 0 ? [`ADD ${added.join(', ')}`] : []),
    ].join(' ');
    const input = {
      TableName: this.#name,
      Key: toAttributes({ ...key }),
      UpdateExpression,
      ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
      ...expression.parts(),
      ReturnValues: returns === 'now' ? 'ALL_NEW' : 'UPDATED_OLD',
    };
    try {
      return fromAttributes((await call('UpdateItem', input, updateAnswerSchema)).Attributes);
    } catch (error) {
      const { cause } = error instanceof Error ? error : {};
      if (failureOf(cause).code === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }

  /** Writes whole items, in place of those that are there. */
  async put(items: readonly (Values & Key)[]): Promise<void> {
    for (let start = 0; start < items.length; start += BATCH) {
      const requests = items
        .slice(start, start + BATCH)
        .map((item) => ({ PutRequest: { Item: toAttributes(item) } }));
      await this.#putBatch({ [this.#name]: requests });
    }
  }

  async #putBatch(requests: Record<string, unknown>): Promise<void> {
    let left = requests;
    for (let attempt = 1; Object.keys(left).length > 0; attempt += 1) {
      if (attempt > 1) await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      ({ UnprocessedItems: left } = await call('BatchWriteItem', { RequestItems: left }, batchAnswerSchema));
      const items = Object.values(left).flat().length;
      if (items > 0 && attempt === BATCH_ATTEMPTS)
        throw unavailable('written', new Error(`items unprocessed after ${attempt} attempts: ${items}`));
    }
  }

  /** Deletes an item, if it is there. */
  async remove(key: Key): Promise<void> {
    const input = { TableName: this.#name, Key: toAttributes({ ...key }) };
    await call('DeleteItem', input, anyObject);
  }

  /** Every item of a query, page by page. Of an index, what was written within the last second may be missing. */
  async *query(query: Query): AsyncGenerator<Item> {
    let { after } = query;
    do {
      const page = await this.queryPage({ ...query, after });
      yield* page.items;
      after = page.after;
    } while (after !== undefined);
  }

  async queryPage({ index, hash, range, newestFirst, after, limit }: Query): Promise<QueryPage> {
    const expression = new Expression();
    const conditions = [`${expression.name(hash[0])} = ${expression.value(hash[1])}`];
    if (range !== undefined) {
      const name = expression.name(range.name);
      conditions.push(
        'beginsWith' in range
          ? `begins_with(${name}, ${expression.value(range.beginsWith)})`
          : `${name} BETWEEN ${expression.value(range.from)} AND ${expression.value(range.to)}`,
      );
    }
    const input = {
      TableName: this.#name,
      ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
      KeyConditionExpression: conditions.join(' AND '),
      ...expression.parts(),
      ...(newestFirst === true && { ScanIndexForward: false }),
      ...(after !== undefined && { ExclusiveStartKey: JSON.parse(after) }),
      ...(limit !== undefined && { Limit: limit }),
    };
    const { Items, LastEvaluatedKey } = await call('Query', input, queryPageSchema);
    return {
      items: Items.map(fromAttributes),
      ...(LastEvaluatedKey && { after: JSON.stringify(LastEvaluatedKey) }),
    };
  }
}

async function call<T>(action: string, input: object, schema: v.GenericSchema<unknown, T>): Promise<T> {
  try {
    return v.parse(schema, await callAws({ service: 'dynamodb', action, input, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    throw unavailable(action === 'Query' ? 'read' : 'written', error);
  }
}

/** The names and values of an expression, by the placeholders that stand for them: many plain names are reserved. */
class Expression {
  readonly #names = new Map<string, string>();
  readonly #values: Value[] = [];

  name(name: string): string {
    const placeholder = this.#names.get(name) ?? `#${this.#names.size}`;
    this.#names.set(name, placeholder);
    return placeholder;
  }

  value(value: Value): string {
    this.#values.push(value);
    return `:${this.#values.length - 1}`;
  }

  parts(): Record<string, unknown> {
    return {
      ExpressionAttributeNames: Object.fromEntries(
        [...this.#names].map(([name, placeholder]) => [placeholder, name]),
      ),
      ExpressionAttributeValues: Object.fromEntries(
        this.#values.map((value, index) => [`:${index}`, toAttribute(value)]),
      ),
    };
  }
}

function unavailable(verb: string, cause: unknown): ServiceError {
  const { message, status } = failureOf(cause);
  return new ServiceError(
    {
      code: 'LEDGER_UNAVAILABLE',
      message: `the ledger can not be ${verb}: ${message}`,
      ...(status !== undefined && { status }),
      retryable: true,
    },
    { cause },
  );
}
