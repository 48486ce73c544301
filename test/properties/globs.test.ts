import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matchGlob } from '../../lib/glob.ts';
import { holds, testProperty } from '../support/properties.ts';
import { anyText, path, word } from './values.ts';

testProperty('a glob without stars fits itself alone', [path, path], (glob, name) => {
  expect(matchGlob(glob, glob)).toBe(true);
  expect(matchGlob(glob, name)).toBe(glob === name);
});

testProperty('a glob fits whatever its stars stand for', [path, word, path], (before, segment, after) => {
  expect(matchGlob(`${before}/*`, `${before}/${segment}`)).toBe(true);
  expect(matchGlob(`${before}/*`, `${before}/${segment}/${after}`)).toBe(false);
  expect(matchGlob(`${before}/**`, `${before}/${segment}/${after}`)).toBe(true);
  expect(matchGlob(`**/${segment}`, `${after}/${segment}`)).toBe(true);
});

testProperty('** fits everything', [anyText], (name) => {
  expect(matchGlob('**', name)).toBe(true);
});

/** Glob matching by backtracking: simple, and too slow for untrusted input. */
function tryGlob(glob: string, name: string, atStart = true): boolean {
  if (glob === '') return name === '';
  if (atStart && glob.startsWith('**/')) {
    if (tryGlob(glob.slice(3), name)) return true;
    const slash = name.indexOf('/');
    return slash !== -1 && tryGlob(glob, name.slice(slash + 1));
  }
  if (glob.startsWith('*')) {
    const across = glob.startsWith('**');
    if (tryGlob(glob.slice(across ? 2 : 1), name, false)) return true;
    return name !== '' && (across || !name.startsWith('/')) && tryGlob(glob, name.slice(1), false);
  }
  return name.startsWith(glob.slice(0, 1)) && tryGlob(glob.slice(1), name.slice(1), glob.startsWith('/'));
}

test('a glob fits the same names as where every way is tried', async () => {
  const few = (unit: fc.Arbitrary<string>) => fc.string({ unit, maxLength: 8 });
  const glob = few(fc.constantFrom('a', 'b', '/', '*', '**', '**/'));
  await holds([glob, few(fc.constantFrom('a', 'b', '/'))], (pattern, name) => {
    expect(matchGlob(pattern, name)).toBe(tryGlob(pattern, name));
  });
});
