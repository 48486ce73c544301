import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { Config } from '../lib/config/config.ts';
import { validateConfig } from '../lib/config/validate-config.ts';
import { firstIssues, type Issue } from '../lib/issues.ts';

/**
 * Reads and checks a configuration file.
 *
 * @throws {Error} that lists every issue: file and line, path, what is there, what is expected.
 */
export async function readConfig(stage: string, file: string): Promise<Config> {
  const name = relative(process.cwd(), file);
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines, prettyErrors: true });
  if (document.errors.length > 0) {
    throw new Error(document.errors.map(({ message }) => `${name}: ${message}`).join('\n'));
  }
  const result = validateConfig(stage, document.toJS());
  if (result.ok) return result.value;

  const lineOf = ({ path }: Issue): number => {
    const keys = path.split(/[.[\]]/).filter((key) => key !== '');
    // What is missing has no line: the nearest part around it has.
    for (let length = keys.length; length > 0; length -= 1) {
      const node = document.getIn(
        keys.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
        true,
      );
      const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
      if (Array.isArray(range)) return lines.linePos(Number(range[0])).line;
    }
    return 1;
  };
  const { first, more } = firstIssues(result.issues);
  const all = first.length + more;
  const count = all === 1 ? 'one issue' : `${all} issues`;
  throw new Error(
    [
      `${name} has ${count}:`,
      ...first
        .map((issue) => ({ ...issue, line: lineOf(issue) }))
        .toSorted((one, other) => one.line - other.line)
        .map(
          ({ line, path, found, expected }) =>
            `  ${name}:${line} ${path || '(root)'}: found ${found}, expected ${expected}`,
        ),
      ...(more > 0 ? [`  … and ${more} more`] : []),
    ].join('\n'),
  );
}
