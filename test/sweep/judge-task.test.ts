import { describe, expect, test } from '@jest/globals';
import type { Target } from '../../lib/huaweicloud/names.ts';
import {
  judgeTask,
  type SourceState,
  type SweepRules,
  type TargetState,
  type TaskFacts,
} from '../../lib/sweep/judge-task.ts';
import { APAC, DR } from '../support/cloud.ts';

const rules: SweepRules = { startedAt: '2026-11-24T03:00:00.000Z' };
const old = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z' };

const facts = (target: TargetState, sources: readonly SourceState[] = [], targets?: Target[]): TaskFacts => ({
  targetOf: () => target,
  origins: sources.map((state, index) => ({
    origin: { source: 'github', repository: `acme/${index}`, ...(targets && { targets }) },
    state,
  })),
});

describe('the organization that a task copies to', () => {
  test.each([
    { target: 'gone', reasons: ['target organization is gone'], doubts: [] },
    { target: 'exists', reasons: [], doubts: [] },
    { target: 'unknown', reasons: [], doubts: ['undecided'] },
    { target: 'unchecked', reasons: [], doubts: ['unchecked'] },
  ] as const)('$target: $reasons, $doubts', ({ target, reasons, doubts }) => {
    expect(judgeTask(old, facts(target), rules)).toEqual({ reasons, doubts });
  });
});

describe('the repositories that a task comes from', () => {
  test.each([
    { why: 'nothing is routed there', sources: [], gone: false, doubts: [] },
    { why: 'it is gone', sources: ['gone'], gone: true, doubts: [] },
    { why: 'it exists', sources: ['exists'], gone: false, doubts: [] },
    { why: 'its state is unknown', sources: ['unknown'], gone: false, doubts: ['undecided'] },
    { why: 'it was heard only once', sources: ['suspected'], gone: false, doubts: ['suspected'] },
    { why: 'all are gone', sources: ['gone', 'gone'], gone: true, doubts: [] },
    { why: 'one of them exists', sources: ['gone', 'exists', 'unknown'], gone: false, doubts: [] },
    { why: 'one of them is not known', sources: ['gone', 'unknown'], gone: false, doubts: ['undecided'] },
    {
      why: 'one of them was heard only once',
      sources: ['gone', 'suspected'],
      gone: false,
      doubts: ['suspected'],
    },
  ] satisfies { why: string; sources: SourceState[]; gone: boolean; doubts: string[] }[])(
    'are a reason: $gone, as $why',
    ({ sources, gone, doubts }) => {
      expect(judgeTask(old, facts('exists', sources), rules)).toEqual({
        reasons: gone ? ['source repository is gone'] : [],
        doubts,
      });
    },
  );

  test.each([
    { why: 'the route means this task', targets: [APAC, DR], gone: true },
    { why: 'the route means others', targets: [APAC], gone: false },
  ])('are a reason where the route has targets: $gone, as $why', ({ targets, gone }) => {
    const { reasons } = judgeTask(old, facts('exists', ['gone'], targets), rules);
    expect(reasons).toHaveLength(gone ? 1 : 0);
  });
});

describe('safety.allowedTargets', () => {
  test.each([
    { why: 'there is none', allowedTargets: undefined, allowed: true },
    { why: 'one names it', allowedTargets: ['eu-*/x', 'cn-east-3/acme-*'], allowed: true },
    { why: 'none names it', allowedTargets: ['cn-east-3/platform', 'ap-*/acme-dr'], allowed: false },
    { why: 'one star ends at the region', allowedTargets: ['*'], allowed: false },
  ])('a task is allowed: $allowed, as $why', ({ allowedTargets, allowed }) => {
    const judged = judgeTask(old, facts('exists'), { ...rules, ...(allowedTargets && { allowedTargets }) });
    expect(judged.reasons).toEqual(allowed ? [] : ['target is not allowed']);
  });
});

test.each([
  { why: 'it is older', createdAt: '2026-11-24T02:59:59.999999Z', counts: true, doubts: [] },
  { why: 'it is of the same instant', createdAt: '2026-11-24T03:00:00Z', counts: false, doubts: [] },
  {
    why: 'it is newer by a microsecond',
    createdAt: '2026-11-24T03:00:00.000001Z',
    counts: false,
    doubts: [],
  },
  { why: 'SWR does not say its age', createdAt: undefined, counts: false, doubts: ['undecided'] },
  { why: 'its age is no time', createdAt: 'long ago', counts: false, doubts: ['undecided'] },
])('a task counts: $counts, as $why than the sweep', ({ createdAt, counts, doubts }) => {
  const judged = judgeTask({ ...DR, createdAt }, facts('gone', ['gone']), { ...rules, allowedTargets: [] });
  expect(judged.reasons).toHaveLength(counts ? 3 : 0);
  expect(judged.doubts).toEqual(doubts);
});
