import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';
import { readConfig } from '../../command-line/read-config.ts';

const files = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

/** Anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const titles = [...text.replace(/```[^]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('README.md fits on a screen and a bit', () => {
  const text = read('README.md');
  expect(text.split(/\s+/).length).toBeLessThanOrEqual(1200);
  expect(text.split('\n').length).toBeLessThanOrEqual(160);
});

test('README.md leads to every document', () => {
  const text = read('README.md');
  const documents = globSync('docs/*.md', { cwd: ROOT });
  expect(documents.length).toBeGreaterThan(10);
  expect(documents.filter((name) => !text.includes(`](${name})`))).toEqual([]);
});

describe('a link', () => {
  test.each(files)('in %s leads to a file and a heading that exist', (name) => {
    const text = read(name);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? name : join(dirname(name), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** Stands for any name: `lib/sources/NAME.ts`. */
const PLACEHOLDER = /[A-Z]{4,}/;
const FILE =
  /`((?:lib|functions|cli|command-line|local|start|e2e|scripts|bench|test|config|resources)\/[\w./-]+\.\w+)`/g;

describe('a path', () => {
  test.each(files)('in %s names a file that exists', (name) => {
    const paths = [...read(name).matchAll(FILE)].map(([, path = '']) => path);
    expect(paths.filter((path) => !PLACEHOLDER.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('an example of a whole configuration', () => {
  test.each(['README.md', 'docs/configuration.md'])('in %s is valid', async (name) => {
    const [, yaml = ''] = /```yaml\n(accounts:[^]*?)```/.exec(read(name)) ?? [];
    const folder = await mkdtemp(join(tmpdir(), 'documents-'));
    try {
      await writeFile(join(folder, 'prod.yml'), yaml);
      expect(await readConfig('prod', join(folder, 'prod.yml'))).toMatchObject({ stage: 'prod' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
