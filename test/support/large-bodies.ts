import * as fc from 'fast-check';

const repeat = (text: string, size: number) => text.repeat(Math.max(1, Math.floor(size / text.length)));
const list = (element: string, size: number) => `[${repeat(`${element},`, size)}${element}]`;
const DELETION = '"specversion":"1.0","id":"e","type":"repository.deleted","source":"s"';

/** JSON texts of about a size, each of them large in its own way. */
export const largeValues: Readonly<Record<string, (size: number) => string>> = {
  'empty objects': (size) => list('{}', size),
  'empty lists': (size) => list('[]', size),
  nothings: (size) => list('null', size),
  'texts of one character': (size) => list('"x"', size),
  'lists in lists': (size) => `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`,
  'objects in objects': (size) => `${repeat('{"a":', size)}0${'}'.repeat(Math.max(1, Math.floor(size / 5)))}`,
  'a long key': (size) => `{"${'k'.repeat(size)}":1}`,
  'long keys': (size) => `{"${'k'.repeat(size / 2)}":1,"${'l'.repeat(size / 2)}":{}}`,
  'many keys': (size) =>
    `{${Array.from({ length: Math.max(1, Math.floor(size / 10)) }, (_, index) => `"k${index}":0`).join()}}`,
  'a long text': (size) => `"${'x'.repeat(size)}"`,
  'a text of control characters': (size) => `"${repeat(String.raw`\u0000`, size)}"`,
  'a text of lone surrogates': (size) => `"${repeat(String.raw`\ud800`, size)}"`,
  'a text of pairs': (size) => `"x${repeat('😀', size)}"`,
  'JSON in a text': (size) => JSON.stringify(list('{}', size / 2)),
  'deep JSON in a text': (size) => JSON.stringify('['.repeat(size / 2) + ']'.repeat(size / 2)),
  targets: (size) => list('{"remoteRegionId":"cn-east-3","remoteNamespace":"mirror"}', size),
  'targets without a name': (size) => list('{"remoteRegionId":7,"x":1}', size),
  'events that delete': (size) => list(`{${DELETION},"data":{"namespace":"acme","repository":"a/b"}}`, size),
  'events with targets': (size) =>
    list(`{${DELETION},"data":{"namespace":"acme","targets":${list('{}', Math.min(size / 2, 1200))}}}`, size),
  'events that can not be read': (size) => list('{"specversion":"1.0"}', size),
  'deletions of a registry': (size) => list('{"action":"delete","target":{"repository":"a/b"}}', size),
  traces: (size) =>
    list(
      '{"service_type":"SWR","trace_name":"deleteImageRepository","resource_name":"a/b","code":204}',
      size,
    ),
};

export interface LargeValue {
  readonly kind: string;
  readonly text: string;
}

/** Mostly small, since what is bounded by a constant has reached it early; sometimes as large as a body may be. */
export const largeValue: fc.Arbitrary<LargeValue> = fc
  .record({
    kind: fc.constantFrom(...Object.keys(largeValues)),
    size: fc.oneof(
      { weight: 60, arbitrary: fc.integer({ min: 8, max: 4000 }) },
      { weight: 10, arbitrary: fc.integer({ min: 8, max: 60_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 8, max: 1_000_000 }) },
    ),
  })
  .map(({ kind, size }) => ({ kind, text: largeValues[kind]?.(size) ?? '' }));

type Path = readonly (string | number)[];

/** The paths of all parts of a JSON value: of the whole first. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inside];
}

const MARK = '@in-place-of-this@';

/** The JSON text with a part of it replaced by another text, which may be JSON that can't be stringified. */
export function replacePart(json: string, part: number, text: string): string {
  const value: unknown = JSON.parse(json);
  const paths = pathsOf(value);
  const path = paths[part % paths.length] ?? [];
  const [first, ...others] = JSON.stringify(withMark(value, path)).split(JSON.stringify(MARK));
  return [first, ...others].join(text);
}

function withMark(value: unknown, [key, ...path]: Path): unknown {
  if (key === undefined) return MARK;
  if (Array.isArray(value))
    return value.map((each: unknown, index) => (index === key ? withMark(each, path) : each));
  return { ...Object(value), [key]: withMark(Reflect.get(Object(value), key), path) };
}
