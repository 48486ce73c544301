import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { parseSync, Visitor } from 'oxc-parser';
import { check } from 'recheck';
import { ROOT } from '../../command-line/options.ts';

interface Pattern {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Found {
  readonly literals: readonly Pattern[];
  /** Patterns that are built at run time. */
  readonly made: readonly string[];
}

function findPatterns(where: string, text: string): Found {
  const { program, errors } = parseSync(where, text);
  if (errors.length > 0) throw new Error(`${where}: ${errors[0]?.message}`);
  const literals: Pattern[] = [];
  const made: string[] = [];
  const textOf = ({ start, end }: Span) => text.slice(start, end);
  const noteMade = (call: Span & { readonly callee: Span }) => {
    if (textOf(call.callee) === 'RegExp') made.push(`${where}: ${textOf(call)}`);
  };
  new Visitor({
    Literal(node) {
      if ('regex' in node) literals.push({ where, source: node.regex.pattern, flags: node.regex.flags });
    },
    NewExpression: noteMade,
    CallExpression: noteMade,
  }).visit(program);
  return { literals, made };
}

const own = globSync('{lib,functions,cli}/**/*.{ts,mjs}', { cwd: ROOT }).map((file) =>
  findPatterns(file, readFileSync(join(ROOT, file), 'utf8')),
);
/** With what other people wrote, as far as it is deployed. */
const bundles = await build({
  absWorkingDir: ROOT,
  entryPoints: globSync('functions/*.ts', { cwd: ROOT }),
  outdir: 'bundles',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const bundled = bundles.outputFiles.map(({ path, text }) => findPatterns(relative(ROOT, path), text));

const nameOf = ({ source, flags }: Pattern) => `/${source}/${flags}`;
const unique = (patterns: readonly Pattern[]) => [
  ...new Map(patterns.map((each) => [nameOf(each), each])).values(),
];
const ownPatterns = unique(own.flatMap(({ literals }) => literals));
const foreignPatterns = unique(bundled.flatMap(({ literals }) => literals)).filter(
  (pattern) => !ownPatterns.some((each) => nameOf(each) === nameOf(pattern)),
);

describe('the search', () => {
  test('distinguishes a regular expression from a division, a comment and a string', () => {
    const text =
      "const a = 4 / 2 / 1; // /no/\nconst b = '/no/' + `/no/${/yes/g.source}`; if (a) /y[/]es\\//.test(b);";
    expect(findPatterns('x.ts', text).literals.map(nameOf)).toEqual(['/yes/g', '/y[/]es\\//']);
  });

  test('finds what is put together', () => {
    const text = 'const a = new RegExp(`^${b}$`); const c = RegExp("x"); new Map();';
    expect(findPatterns('x.ts', text).made).toEqual(['x.ts: new RegExp(`^${b}$`)', 'x.ts: RegExp("x")']);
  });

  test('has found those of the project, and of what is bundled with it', () => {
    expect(ownPatterns.length).toBeGreaterThan(60);
    expect(foreignPatterns.map(nameOf)).toContainEqual(expect.stringContaining('json'));
  });

  test('would not miss one that takes long', async () => {
    for (const source of ['^(a+)+$', '(\\w+)="', '\\s*\\n', '^(.*,)*x']) {
      expect(await check(source, '')).toMatchObject({ status: 'vulnerable' });
    }
  });
});

test('no pattern is built at run time, where it could contain input', () => {
  expect([...own, ...bundled].flatMap(({ made }) => made)).toEqual([]);
});

// Patterns with lookarounds can't be proven linear: they are attacked for a while.
describe('the time grows with the length of the text, and no faster:', () => {
  const patterns = [...ownPatterns, ...foreignPatterns].map((pattern) => ({
    ...pattern,
    name: nameOf(pattern),
  }));
  test.each(patterns)(
    '$where $name',
    async ({ source, flags }) => {
      expect(await check(source, flags, { timeout: 5000 })).toMatchObject({ status: 'safe' });
    },
    10_000,
  );
});
