import { describe, expect, test } from '@jest/globals';
import { decide, findDenyRule } from '../../lib/cleanup/decide.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';
import { safety } from '../support/safety.ts';

const EVENT = '2026-11-24T03:00:00.000Z';
const older = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z', id: 1 };
const newer = { ...APAC, createdAt: '2026-11-24T03:00:00.001Z', id: 2 };

describe('which tasks are to go', () => {
  test('are all that SWR lists, where the request names none', () => {
    expect(decide(cleanupRequest(), [older, newer], safety())).toEqual({
      deletions: [
        { target: DR, task: older },
        { target: APAC, task: newer },
      ],
      settled: [],
    });
  });

  test('are those alone that the request names', () => {
    expect(decide(cleanupRequest({ targets: [APAC] }), [older, newer], safety())).toEqual({
      deletions: [{ target: APAC, task: newer }],
      settled: [],
    });
  });

  test('are those too that the request names and SWR does not list', () => {
    const request = cleanupRequest({ targets: [EMEA], occurredAt: EVENT });
    expect(decide(request, [older], safety())).toStrictEqual({ deletions: [{ target: EMEA }], settled: [] });
  });

  test('are each there once, however often the request names them', () => {
    const { deletions } = decide(cleanupRequest({ targets: [DR, { ...DR }, DR] }), [older], safety());
    expect(deletions).toEqual([{ target: DR, task: older }]);
  });

  test('are none where SWR lists none', () => {
    expect(decide(cleanupRequest(), [], safety())).toEqual({ deletions: [], settled: [] });
  });
});

describe('a task', () => {
  test.each([
    { why: 'it is older than the event', createdAt: '2026-11-24T02:59:59.999Z', kept: false },
    { why: 'it is of the same instant', createdAt: '2026-11-24T03:00:00Z', kept: false },
    { why: 'it is newer than the event', createdAt: '2026-11-24T03:00:00.001Z', kept: true },
    { why: 'it is older in another zone', createdAt: '2026-11-24T10:59:59+08:00', kept: false },
    { why: 'it is newer by a microsecond', createdAt: '2026-11-24T03:00:00.000001Z', kept: true },
    { why: 'it is newer in another zone', createdAt: '2026-11-23T23:00:00-08:00', kept: true },
  ])('is kept: $kept, as $why', ({ createdAt, kept }) => {
    const task = { ...DR, createdAt };
    const { deletions, settled } = decide(cleanupRequest({ occurredAt: EVENT }), [task], safety());
    expect(settled).toEqual(
      kept ? [{ target: DR, task, outcome: 'kept', reason: 'newer than the event' }] : [],
    );
    expect(deletions).toHaveLength(kept ? 0 : 1);
  });

  test('is judged by its age also where the request names it', () => {
    const request = cleanupRequest({ occurredAt: EVENT, targets: [DR, APAC] });
    expect(decide(request, [older, newer], safety())).toMatchObject({
      deletions: [{ target: DR }],
      settled: [{ target: APAC, reason: 'newer than the event' }],
    });
  });

  test.each([
    { why: 'it has none', createdAt: undefined },
    { why: 'it is no time', createdAt: 'yesterday' },
    { why: 'it is empty', createdAt: '' },
  ])('is left to a person where SWR does not say its age: $why', ({ createdAt }) => {
    const task = { ...DR, createdAt };
    expect(decide(cleanupRequest({ occurredAt: EVENT }), [task], safety())).toMatchObject({
      deletions: [],
      settled: [{ target: DR, outcome: 'failed', code: 'TASK_AGE_UNKNOWN', retryable: false }],
    });
    expect(decide(cleanupRequest(), [task], safety()).deletions).toHaveLength(1);
  });

  test('is kept in a dry run, with the reason that would also count otherwise first', () => {
    const request = cleanupRequest({ occurredAt: EVENT, targets: [DR, APAC, EMEA] });
    expect(decide(request, [older, newer], safety({ mode: 'dry-run' }))).toEqual({
      deletions: [],
      settled: [
        { target: DR, task: older, outcome: 'kept', reason: 'dry run' },
        { target: APAC, task: newer, outcome: 'kept', reason: 'newer than the event' },
        { target: EMEA, outcome: 'kept', reason: 'dry run' },
      ],
    });
  });
});

test.each([
  { why: 'there is no rule', deny: [], rule: undefined },
  { why: 'a rule fits', deny: ['acme/*', 'platform/**'], rule: 'platform/**' },
  { why: 'the first that fits is named', deny: ['**', 'platform/**'], rule: '**' },
  { why: 'no rule fits', deny: ['acme/**'], rule: undefined },
])('finds the rule $rule for a repository: $why', ({ deny, rule }) => {
  expect(findDenyRule(safety({ deny }), 'platform', 'ci/runner')).toBe(rule);
});
