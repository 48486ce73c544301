import { describe, expect, test } from '@jest/globals';
import { Random } from '../../e2e/soak/random.ts';

const numbers = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('random numbers from a seed', () => {
  test('the same seed gives the same numbers', () => {
    expect(numbers(new Random(7), 100)).toEqual(numbers(new Random(7), 100));
    expect(numbers(new Random(7), 3)).not.toEqual(numbers(new Random(8), 3));
  });

  test('they are those of mulberry32', () => {
    // As computed by its published form for seed 1.
    expect(numbers(new Random(1), 2)).toEqual([0.6270739405881613, 0.002735721180215478]);
  });

  test('they lie from 0 up to 1, evenly', () => {
    const drawn = numbers(new Random(3), 10_000);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, each) => sum + each, 0) / drawn.length).toBeCloseTo(0.5, 1);
  });

  test('whole numbers reach both of their bounds', () => {
    const random = new Random(5);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(2, 4)));
    expect([...drawn].toSorted((one, other) => one - other)).toEqual([2, 3, 4]);
  });

  test('what weighs nothing is never picked', () => {
    const random = new Random(5);
    const items = [[0, 'never'] as const, [2, 'always'] as const];
    expect(Array.from({ length: 50 }, () => random.pickWeighted(items))).not.toContain('never');
    expect(() => random.pick([])).toThrow('nothing to pick from');
  });

  test('a shuffle keeps everything, and changes the order', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = new Random(9).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((one, other) => one - other)).toEqual(items);
  });

  test('a part that draws more does not change what another part gets', () => {
    const drawAfter = (count: number) => {
      const random = new Random(4);
      const [one, other] = [random.fork(), random.fork()];
      numbers(one, count);
      return other.next();
    };
    expect(drawAfter(1)).toBe(drawAfter(100));
  });
});
