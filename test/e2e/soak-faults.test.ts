import { describe, expect, test } from '@jest/globals';
import { chooseFaults } from '../../e2e/soak/injected-faults.ts';
import { Random } from '../../e2e/soak/random.ts';
import { Tally } from '../../e2e/soak/tally.ts';
import { sortIamFailure, sortSwrFailure } from '../../lib/huaweicloud/failure.ts';
import type { Fault } from '../../local/huaweicloud/emulator.ts';

const CALLS = 20_000;

function draw(operation: 'createToken' | 'deleteSyncTask', share: number) {
  const tally = new Tally();
  const choose = chooseFaults(new Random(1), share, tally);
  const faults = Array.from({ length: CALLS }, () => choose(operation)).filter(
    (fault) => fault !== undefined,
  );
  return { faults, tally };
}

/** Answers that replace the true one, as the client sorts them. */
function answersOf(faults: readonly Fault[]) {
  return faults.flatMap(({ status, code, body }) => {
    const said = Number(/^SVCSTG\.SWR\.(\d{3})/.exec(code ?? '')?.[1] ?? 0);
    const answered = status ?? said;
    return answered < 400
      ? []
      : [{ status: answered, code, empty: body === '', html: body?.startsWith('<') === true }];
  });
}

describe('the faults of a soak test', () => {
  test('hit the requested share of calls, and each is counted', () => {
    const { faults, tally } = draw('deleteSyncTask', 0.2);
    expect(faults.length / CALLS).toBeCloseTo(0.2, 1);
    expect(tally.sum('faults')).toBe(faults.length);
    expect(tally.of('calls')).toEqual({ deleteSyncTask: CALLS });
  });

  test('hit no call if none is requested', () => {
    expect(draw('deleteSyncTask', 0).faults).toEqual([]);
  });

  test('never report a task as gone', () => {
    const verdicts = answersOf(draw('deleteSyncTask', 0.9).faults).map(sortSwrFailure);
    expect(new Set(verdicts)).toEqual(new Set(['retry', 'relogin', 'permanent']));
  });

  test('are seldom permanent', () => {
    const { faults } = draw('deleteSyncTask', 0.9);
    const needing = answersOf(faults).filter((answer) => sortSwrFailure(answer) === 'permanent');
    expect(needing.length / faults.length).toBeLessThan(0.02);
  });

  test('are sometimes only in the answer: the call has taken effect', () => {
    const { faults } = draw('deleteSyncTask', 0.9);
    expect(faults.filter(({ afterwards }) => afterwards).length / faults.length).toBeGreaterThan(0.15);
    // A permanent failure is never only in the answer.
    expect(faults.filter(({ afterwards, code }) => afterwards === true && code !== undefined)).toEqual([]);
  });

  test('never reject a password: that would lock the user', () => {
    const verdicts = answersOf(draw('createToken', 0.9).faults).map(sortIamFailure);
    expect(new Set(verdicts)).toEqual(new Set(['retry']));
  });
});
