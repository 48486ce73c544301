import { describe, expect, test } from '@jest/globals';
import { makeCases } from '../../e2e/soak/cases/make-cases.ts';
import type { SoakEvent } from '../../e2e/soak/cases/soak-case.ts';
import { Random } from '../../e2e/soak/random.ts';
import { schedule } from '../../e2e/soak/send-events.ts';
import { validateNames } from '../../lib/cleanup/request.ts';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import { compareTimes } from '../../lib/times.ts';

const NOW = Date.parse('2026-11-24T03:00:00Z');
const EVENTS = 4000;
const cases = makeCases(new Random(1), EVENTS, NOW);
const events = cases.flatMap((each) => each.events);

/** When an event says that it happened; undefined where its arrival counts. */
function saidTime(event: SoakEvent): string | undefined {
  return /(?:occurredAt|eventTime)\\*":\\*"([^"\\]+)/.exec(JSON.stringify(event))?.[1];
}

describe('the cases of a soak test', () => {
  test('have as many events as were asked for', () => {
    expect(events).toHaveLength(EVENTS);
    expect(makeCases(new Random(1), 1, NOW).flatMap((each) => each.events)).toHaveLength(1);
  });

  test('follow from the seed', () => {
    const again = makeCases(new Random(1), 200, NOW);
    expect(again).toEqual(makeCases(new Random(1), 200, NOW));
    expect(again).not.toEqual(makeCases(new Random(2), 200, NOW));
  });

  test('lead to no rejected webhook and no dead-lettered request while nothing fails', () => {
    const healthy = makeCases(new Random(1), EVENTS, NOW, { healthy: true });
    const kinds = new Set(healthy.map(({ kind }) => kind));
    expect(kinds).toContain('gone');
    for (const kind of ['invalid', 'unauthenticated', 'organization that is too large'])
      expect(kinds).not.toContain(kind);
  });

  test('are of every kind, and come in by every way', () => {
    expect(new Set(cases.map(({ kind }) => kind))).toEqual(
      new Set([
        'denied',
        'gone',
        'invalid',
        'name used again',
        'named targets',
        'organization',
        'organization that is too large',
        'partly newer',
        'route with targets',
        'route with two destinations',
        'other event',
        'reported twice',
        'unauthenticated',
      ]),
    );
    expect(new Set(events.map(({ way }) => way))).toEqual(
      new Set(['github', 'standard-webhooks', 'bus', 'ecr', 'queue']),
    );
    expect(new Set(events.map((event) => ('status' in event ? event.status : undefined)))).toEqual(
      new Set([200, 202, 401, 422, undefined]),
    );
  });

  test('never share a task or an event', () => {
    const tasks = cases.flatMap((each) => each.tasks);
    const names = tasks.map((task) => `${task.namespace}/${task.repository} ${nameOf(task)}`);
    expect(new Set(names).size).toBe(names.length);
    const ids = events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('have tasks that go and tasks that stay, some that SWR hides, and names that SWR takes', () => {
    const tasks = cases.flatMap((each) => each.tasks);
    const count = (expected: string) => tasks.filter((task) => task.expected === expected).length;
    expect(count('deleted')).toBeGreaterThan(EVENTS);
    expect(count('kept')).toBeGreaterThan(EVENTS / 2);
    expect(tasks.filter(({ hidden }) => hidden).length).toBeGreaterThan(20);
    const issues = tasks.map(({ namespace, repository }) =>
      validateNames({ version: 1, id: 'x', namespace, repository }),
    );
    expect(issues.filter((issue) => issue !== undefined)).toEqual([]);
  });

  test('let nothing go that is newer than an event about it', () => {
    const wrong = cases.flatMap((each) =>
      each.tasks
        .filter(({ expected }) => expected === 'deleted')
        .filter(({ createdAt }) =>
          each.events.some(
            (event) => compareTimes(createdAt, saidTime(event) ?? new Date(NOW).toISOString()) > 0,
          ),
        ),
    );
    expect(wrong).toEqual([]);
  });

  test('print older from newer by a microsecond', () => {
    const [older, newer] = ['deleted', 'kept'].map((expected) =>
      cases
        .filter(({ kind }) => kind === 'partly newer')
        .flatMap((each) =>
          each.tasks
            .filter((task) => task.expected === expected)
            .map(({ createdAt }) => [createdAt, each.events[0] && saidTime(each.events[0])] as const),
        ),
    );
    const near = (pairs: typeof older) =>
      pairs?.filter(([createdAt, time]) => time !== undefined && createdAt.slice(0, 23) === time.slice(0, 23))
        .length;
    expect(near(older)).toBeGreaterThan(10);
    expect(near(newer)).toBeGreaterThan(10);
    expect(
      newer?.every(([createdAt, time = '2026-11-24T03:00:00Z']) => compareTimes(createdAt, time) > 0),
    ).toBe(true);
  });
});

describe('the schedule of a soak test', () => {
  const { first, later } = schedule(new Random(3), cases);

  test('delivers every event at least once, some twice at once, and some late', () => {
    const ids = new Set([...first.map(({ event }) => event), ...later].map(({ id }) => id));
    expect(ids.size).toBe(EVENTS);
    expect(first.some(({ times }) => times === 2)).toBe(true);
    const firstIds = new Set(first.map(({ event }) => event.id));
    expect(later.some(({ id }) => firstIds.has(id))).toBe(true);
    expect(later.some(({ id }) => !firstIds.has(id))).toBe(true);
  });

  test('is out of order', () => {
    const ids = first.map(({ event }) => event.id);
    expect(ids).not.toEqual(events.map(({ id }) => id).filter((id) => ids.includes(id)));
  });

  test('delivers an event whose name is used again once: the second time is up to that', () => {
    const again = cases.filter(({ recreated }) => recreated !== undefined).map((each) => each.events[0]?.id);
    expect(again.length).toBeGreaterThan(50);
    expect(later.filter(({ id }) => again.includes(id))).toEqual([]);
    const times = first.filter(({ event }) => again.includes(event.id)).map((each) => each.times);
    expect(new Set(times)).toEqual(new Set([1]));
  });
});
