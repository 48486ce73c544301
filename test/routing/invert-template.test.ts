import { describe, expect, test } from '@jest/globals';
import { invertTemplate } from '../../lib/routing/invert-template.ts';

const stepsOf = (template: string, pattern: string, text: string) =>
  invertTemplate(template, pattern, text).steps;

describe('the work of taking an image apart', () => {
  const SIX = '{a}/{b}/{c}/{d}/{e}/{f}';
  const long = 'a'.repeat(128);

  test.each([
    { why: 'six names without anything between them', template: 'x/{a}{b}{c}{d}{e}{f}', text: `x/${long}` },
    { why: 'an end that never fits', template: 'x/{a}{b}{c}{d}{e}{f}/never', text: `x/${long}` },
    {
      why: 'an end that never fits, and one letter between',
      template: 'x/{a}a{b}a{c}a{d}a{e}a{f}-',
      text: `x/${long}`,
    },
    { why: 'separators everywhere', template: 'x/{a}-{b}-{c}-{d}-{e}-{f}', text: `x/${'a-'.repeat(60)}a` },
    { why: 'a middle that is not there', template: 'x/{a}{b}{c}no{d}{e}{f}', text: `x/${long}` },
  ])('is little with $why', ({ template, text }) => {
    expect(stepsOf(template, SIX, text)).toBeLessThan(200);
  });

  test.each([
    { why: 'agree nowhere', template: 'x/{a}{b}{c}{d}{e}{f}{a}{b}{c}{d}{e}{f}', text: `x/${long.slice(1)}` },
    { why: 'agree in the end', template: 'x/{a}{b}{c}{a}{d}{b}{e}{c}{f}{d}', text: `x/${'ab'.repeat(60)}` },
  ])('is bounded where names occur twice and $why', ({ template, text }) => {
    const { solutions, steps } = invertTemplate(template, SIX, text);
    expect(steps).toBeLessThanOrEqual(10_001);
    expect(solutions).toBeUndefined();
  });

  test('is little for many segments', () => {
    const text = `x/${'a/'.repeat(60)}a-b`;
    expect(invertTemplate('x/{p}/{a}-{b}', '{p+}/{a}/{b}', text)).toMatchObject({
      solutions: [new Map(Object.entries({ p: 'a/'.repeat(60).slice(0, -1), a: 'a', b: 'b' }))],
      steps: expect.any(Number),
    });
    expect(stepsOf('x/{p}/{a}-{b}', '{p+}/{a}/{b}', text)).toBeLessThan(20);
  });
});

test.each([
  { count: 10, text: 'x/abcdefghijk', solutions: 10 },
  { count: 11, text: 'x/abcdefghijkl', solutions: undefined },
])('of $count ways to take an image apart, $solutions are told', ({ text, solutions }) => {
  expect(invertTemplate('x/{a}{b}', '{a}/{b}', text).solutions?.length).toBe(solutions);
});

test('no segment of a value is empty', () => {
  expect(invertTemplate('{p}', '{p+}', 'a//b').solutions).toEqual([]);
  expect(invertTemplate('{p}', '{p+}', '/a').solutions).toEqual([]);
  expect(invertTemplate('{p}', '{p+}', 'a/').solutions).toEqual([]);
});
