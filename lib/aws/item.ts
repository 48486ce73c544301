/** Text, number, or set of texts. Values of other shapes are kept as JSON. */
export type Value = string | number | readonly string[];

/** Entry of the ledger. */
export type Item = Readonly<Record<string, Value>>;

/** Value as DynamoDB writes it. */
export type Attribute = { readonly S: string } | { readonly N: string } | { readonly SS: readonly string[] };

/** DynamoDB's form of a value. */
export function toAttribute(value: Value): Attribute {
  if (typeof value === 'string') return { S: value };
  return typeof value === 'number' ? { N: `${value}` } : { SS: value };
}

/** The values that are there, by name. */
export function defined<T>(values: Readonly<Record<string, T | undefined>>): [string, T][] {
  return Object.entries(values).flatMap(([name, value]): [string, T][] =>
    value === undefined ? [] : [[name, value]],
  );
}

/** DynamoDB's form of several values; undefined ones are left out. */
export function toAttributes(values: Readonly<Record<string, Value | undefined>>): Record<string, Attribute> {
  return Object.fromEntries(defined(values).map(([name, value]) => [name, toAttribute(value)]));
}

/** Reads an item; attributes of other kinds are left out. */
export function fromAttributes(attributes: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]): [string, Value][] => {
      const value = readAttribute(attribute);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function readAttribute(attribute: unknown): Value | undefined {
  if (typeof attribute !== 'object' || attribute === null) return undefined;
  if ('S' in attribute && typeof attribute.S === 'string') return attribute.S;
  if ('N' in attribute && typeof attribute.N === 'string') return Number(attribute.N);
  if ('SS' in attribute && Array.isArray(attribute.SS)) return attribute.SS.map(String);
  return undefined;
}
