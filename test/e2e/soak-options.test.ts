import { describe, expect, test } from '@jest/globals';
import { readSoakOptions } from '../../e2e/soak/soak-options.ts';

describe('the options of a soak test', () => {
  test('have defaults, but for the seed: that is another one each time', () => {
    const { seed, ...others } = readSoakOptions([]);
    expect(others).toEqual({
      events: 1000,
      faults: 0.2,
      workers: 4,
      killEvery: 50,
      perSecond: 0,
      sweepEvery: 0,
      json: false,
      record: undefined,
    });
    expect(Number.isInteger(seed)).toBe(true);
  });

  test('are taken from the command line', () => {
    const args = '--events 10000 --seed 7 --faults 5 --workers 2 --kill-every 9 --json --record out.ndjson';
    const pace = '--per-second 12 --sweep-every 30';
    expect(readSoakOptions(`${args} ${pace}`.split(' '))).toEqual({
      events: 10_000,
      seed: 7,
      faults: 0.05,
      workers: 2,
      killEvery: 9,
      perSecond: 12,
      sweepEvery: 30,
      json: true,
      record: 'out.ndjson',
    });
  });

  test.each([
    { why: 'no events', args: ['--events', '0'] },
    { why: 'a part of an event', args: ['--events', '1.5'] },
    { why: 'a seed that is no number', args: ['--seed', 'x'] },
    { why: 'a seed of more than 32 bits', args: ['--seed', '4294967296'] },
    { why: 'nothing but faults', args: ['--faults', '100'] },
    { why: 'nobody to work', args: ['--workers', '0'] },
    { why: 'no kill ever', args: ['--kill-every', '0'] },
    { why: 'less than nothing in a second', args: ['--per-second=-1'] },
    { why: 'a sweep every half second', args: ['--sweep-every', '0.5'] },
    { why: 'an option that is not known', args: ['--event', '5'] },
    { why: 'a word too many', args: ['5'] },
  ])('are refused with the usage: $why', ({ args }) => {
    expect(() => readSoakOptions(args)).toThrow('Usage: npm run soak --');
  });
});
