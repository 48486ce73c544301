import { describe, expect, test } from '@jest/globals';
import {
  fillTemplate,
  matchPattern,
  matchPrefix,
  sampleTemplate,
  validatePattern,
} from '../../lib/routing/route-pattern.ts';

describe('a pattern', () => {
  test.each([
    { from: 'github:acme/api', path: 'acme/api', values: {}, why: 'texts alone' },
    { from: 'github:Acme/API', path: 'aCME/api', values: {}, why: 'whatever the case' },
    { from: 'github:{org}/{repo}', path: 'a/b', values: { org: 'a', repo: 'b' }, why: 'a segment each' },
    { from: 'github:{path+}', path: 'a/b/c', values: { path: 'a/b/c' }, why: 'all of them' },
    { from: 'github:{path+}', path: 'a', values: { path: 'a' }, why: 'one of them at least' },
    {
      from: 'github:{a+}/x/{b}',
      path: 'A/B/x/c',
      values: { a: 'A/B', b: 'c' },
      why: 'several in the middle of others',
    },
    { from: 'github:{a}/{b+}', path: 'a/b/c', values: { a: 'a', b: 'b/c' }, why: 'several at the end' },
    { from: 'github:{R_1}', path: 'a', values: { R_1: 'a' }, why: 'a name with an underscore and a digit' },
  ])('$from fits $path: $why', ({ from, path, values }) => {
    expect(Object.fromEntries(matchPattern(from, 'github', path) ?? [['no', 'fit']])).toEqual(values);
  });

  test.each([
    { from: 'github:acme/api', path: 'acme/web', why: 'another text' },
    { from: 'github:acme/{repo}', path: 'acme', why: 'a segment less' },
    { from: 'github:acme/{repo}', path: 'acme/a/b', why: 'a segment more' },
    { from: 'github:{a+}/x/{b}', path: 'x/c', why: 'nothing for several' },
    { from: 'github:{a+}/x/{b}', path: 'a/y/c', why: 'another text after several' },
    { from: 'gitlab:acme/api', path: 'acme/api', why: 'another source' },
    { from: 'github-2:acme/api', path: 'acme/api', why: 'a longer source' },
    { from: 'acme/api', path: 'acme/api', why: 'no source' },
    { from: 'github:x{a}', path: 'xa', why: 'a name within a text is a text' },
    { from: 'github:{a}x', path: 'ax', why: 'so is one before it' },
  ])('$from does not fit $path: $why', ({ from, path }) => {
    expect(matchPattern(from, 'github', path)).toBeUndefined();
  });
});

describe('a pattern takes every repository of an organization', () => {
  test.each([
    { from: 'github:acme/{repo}', path: 'ACME', rest: 'repo', values: {} },
    { from: 'github:acme/{path+}', path: 'acme', rest: 'path', values: {} },
    { from: 'github:{org}/{repo}', path: 'acme', rest: 'repo', values: { org: 'acme' } },
    { from: 'github:{g+}/{repo}', path: 'acme/pay', rest: 'repo', values: { g: 'acme/pay' } },
  ])('$from: $path, and {$rest}', ({ from, path, rest, values }) => {
    const found = matchPrefix(from, 'github', path);
    expect(found && { rest: found.rest, values: Object.fromEntries(found.values) }).toEqual({ rest, values });
  });

  test.each([
    { from: 'github:acme/api', path: 'acme', why: 'it names one' },
    { from: 'github:other/{repo}', path: 'acme', why: 'it names another organization' },
    { from: 'github:{repo}', path: 'acme', why: 'it names none' },
    { from: 'github:acme/{team}/{repo}', path: 'acme', why: 'it names a part of it' },
    { from: 'gitlab:acme/{repo}', path: 'acme', why: 'it names another source' },
  ])('unless $why: $from', ({ from, path }) => {
    expect(matchPrefix(from, 'github', path)).toBeUndefined();
  });
});

test('a template keeps what it has no value for', () => {
  expect(fillTemplate('{a}/x-{a}-{b}/{}', new Map([['a', '1']]))).toBe('1/x-1-{b}/{}');
});

test.each([
  { pattern: 'acme/{repo}', issue: undefined },
  { pattern: '{a}/{b+}', issue: undefined },
  { pattern: 'acme/x-{a}', issue: 'path segments, each a text, {name} or {name+}, such as acme/{repo}' },
  { pattern: 'acme//api', issue: 'path segments, each a text, {name} or {name+}, such as acme/{repo}' },
  { pattern: 'acme/my api', issue: 'path segments, each a text, {name} or {name+}, such as acme/{repo}' },
  { pattern: ' /api', issue: 'path segments, each a text, {name} or {name+}, such as acme/{repo}' },
  { pattern: '{1a}', issue: 'path segments, each a text, {name} or {name+}, such as acme/{repo}' },
  { pattern: '{a}/x/{a}', issue: 'every name only once' },
  { pattern: '{a+}/{b+}', issue: 'only one {name+}' },
])('$pattern as a pattern: $fault', ({ pattern, issue }) => {
  expect(validatePattern(pattern)).toBe(issue);
});

test.each([
  { template: 'images/{repo}', pattern: 'acme/{repo}', sample: { filled: 'images/x' } },
  { template: '{org}/{path}-{org}', pattern: '{org}/{path+}', sample: { filled: 'x/x/x-x' } },
  { template: 'images/api', pattern: 'acme/api', sample: { filled: 'images/api' } },
  {
    template: 'images/{name}',
    pattern: '{org}/{path+}',
    sample: { issue: 'only names that from has (org, path), not {name}' },
  },
  {
    template: 'images/{}',
    pattern: 'acme/api',
    sample: { issue: 'only names that from has (it has none), not {}' },
  },
])('$template, for $pattern: $sample', ({ template, pattern, sample }) => {
  expect(sampleTemplate(template, pattern)).toEqual(sample);
});
