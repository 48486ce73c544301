/** Entry of the ledger: texts and numbers. Values of other shapes are kept as JSON. */
export type Item = Readonly<Record<string, string | number>>;

/** A text or a number as DynamoDB writes it. */
export type Attribute = { readonly S: string } | { readonly N: string };

/** DynamoDB's form of a text or a number. */
export function toAttribute(value: string | number): Attribute {
  return typeof value === 'number' ? { N: `${value}` } : { S: value };
}

/** The values that are there, by name. */
export function defined<T>(values: Readonly<Record<string, T | undefined>>): [string, T][] {
  return Object.entries(values).flatMap(([name, value]): [string, T][] =>
    value === undefined ? [] : [[name, value]],
  );
}

/** DynamoDB's form of several values; undefined ones are left out. */
export function toAttributes(
  values: Readonly<Record<string, string | number | undefined>>,
): Record<string, Attribute> {
  return Object.fromEntries(defined(values).map(([name, value]) => [name, toAttribute(value)]));
}

/** Reads an item; attributes of other kinds are left out. */
export function fromAttributes(attributes: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]): [string, string | number][] => {
      const value = readAttribute(attribute);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function readAttribute(attribute: unknown): string | number | undefined {
  if (typeof attribute !== 'object' || attribute === null) return undefined;
  if ('S' in attribute && typeof attribute.S === 'string') return attribute.S;
  if ('N' in attribute && typeof attribute.N === 'string') return Number(attribute.N);
  return undefined;
}
