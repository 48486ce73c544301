import { expect, test } from '@jest/globals';
import { parseStep, type SweepStep } from '../../lib/sweep/step.ts';

const scan = { step: 'scan', sweep: 's1', account: 'main', namespace: 'acme', offset: 1000 };

test.each<SweepStep>([
  { step: 'start', sweep: 's1', startedAt: '2026-11-24T03:00:00.000Z' },
  { step: 'scan', sweep: 's1', account: 'main', namespace: 'acme', offset: 0 },
  { step: 'finish', sweep: 's1' },
  { step: 'apply', sweep: 's1' },
  { step: 'apply', sweep: 's1', after: '{"pk":"…"}' },
])('the step $step is read as it was written', (step) => {
  expect(parseStep(JSON.parse(JSON.stringify(step)))).toEqual({ ok: true, value: step });
});

test.each([
  { why: 'it is a text', input: 'scan', path: '' },
  { why: 'it names no step', input: { sweep: 's1' }, path: 'step' },
  { why: 'there is no such step', input: { step: 'delete', sweep: 's1' }, path: 'step' },
  { why: 'it is of no sweep', input: { step: 'finish' }, path: 'sweep' },
  { why: 'its sweep has no name', input: { step: 'finish', sweep: '' }, path: 'sweep' },
  { why: 'it has no offset', input: { ...scan, offset: undefined }, path: 'offset' },
  { why: 'its offset is negative', input: { ...scan, offset: -1 }, path: 'offset' },
  { why: 'its offset is no whole number', input: { ...scan, offset: 0.5 }, path: 'offset' },
  { why: 'it says more than is known', input: { ...scan, limit: 5 }, path: 'limit' },
  {
    why: 'its time has no zone',
    input: { step: 'start', sweep: 's1', startedAt: '2026-11-24T03:00:00' },
    path: 'startedAt',
  },
])('an invalid step is rejected with its path: $why', ({ input, path }) => {
  expect(parseStep(input)).toMatchObject({ ok: false, issues: [{ path }] });
});
