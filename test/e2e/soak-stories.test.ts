import { describe, expect, test } from '@jest/globals';
import { Random } from '../../e2e/soak/random.ts';
import { schedule } from '../../e2e/soak/schedule.ts';
import { type Delivery, WAYS } from '../../e2e/soak/story.ts';
import { writeStories } from '../../e2e/soak/write-stories.ts';
import { validateNames } from '../../lib/cleanup/request.ts';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import { compareTimes } from '../../lib/times.ts';

const NOW = Date.parse('2026-11-24T03:00:00Z');
const EVENTS = 4000;
const stories = writeStories(new Random(1), EVENTS, NOW);
const deliveries = stories.flatMap((story) => story.deliveries);

/** When an event says that it happened; undefined where its arrival counts. */
function saidTime({ message }: Delivery): string | undefined {
  return /(?:occurredAt|eventTime)\\*":\\*"([^"\\]+)/.exec(JSON.stringify(message))?.[1];
}

describe('the stories of a soak test', () => {
  test('have as many events as were asked for', () => {
    expect(deliveries).toHaveLength(EVENTS);
    expect(writeStories(new Random(1), 1, NOW).flatMap((story) => story.deliveries)).toHaveLength(1);
  });

  test('follow from the seed', () => {
    const again = writeStories(new Random(1), 200, NOW);
    expect(again).toEqual(writeStories(new Random(1), 200, NOW));
    expect(again).not.toEqual(writeStories(new Random(2), 200, NOW));
  });

  test('lead to nothing that is rejected or dead-lettered while all is well', () => {
    const kinds = new Set(
      writeStories(new Random(1), EVENTS, NOW, { healthy: true }).map(({ kind }) => kind),
    );
    expect(kinds).toContain('gone');
    for (const kind of ['hopeless', 'unproven', 'organization that is too large'])
      expect(kinds).not.toContain(kind);
  });

  test('are of every kind, and come in by every way', () => {
    expect(new Set(stories.map(({ kind }) => kind))).toEqual(
      new Set([
        'denied',
        'gone',
        'hopeless',
        'name used again',
        'named targets',
        'organization',
        'organization that is too large',
        'partly newer',
        'route with targets',
        'route with two destinations',
        'something else',
        'told twice',
        'unproven',
      ]),
    );
    expect(new Set(deliveries.map(({ way }) => way))).toEqual(new Set(WAYS));
    expect(new Set(deliveries.map(({ status }) => status))).toEqual(new Set([200, 202, 401, 422, undefined]));
  });

  test('never share a task or an event', () => {
    const tasks = stories.flatMap((story) => story.tasks);
    const names = tasks.map((task) => `${task.namespace}/${task.repository} ${nameOf(task)}`);
    expect(new Set(names).size).toBe(names.length);
    const ids = deliveries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('have tasks that go and tasks that stay, some that SWR hides, and names that SWR takes', () => {
    const tasks = stories.flatMap((story) => story.tasks);
    const count = (fate: string) => tasks.filter((task) => task.fate === fate).length;
    expect(count('goes')).toBeGreaterThan(EVENTS);
    expect(count('stays')).toBeGreaterThan(EVENTS / 2);
    expect(tasks.filter(({ hidden }) => hidden).length).toBeGreaterThan(20);
    const faults = tasks.map(({ namespace, repository }) =>
      validateNames({ version: 1, id: 'x', namespace, repository }),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test('let nothing go that is newer than an event about it', () => {
    const wrong = stories.flatMap((story) =>
      story.tasks
        .filter(({ fate }) => fate === 'goes')
        .filter(({ createdAt }) =>
          story.deliveries.some(
            (delivery) => compareTimes(createdAt, saidTime(delivery) ?? new Date(NOW).toISOString()) > 0,
          ),
        ),
    );
    expect(wrong).toEqual([]);
  });

  test('tell older from newer by a microsecond', () => {
    const [older, newer] = ['goes', 'stays'].map((fate) =>
      stories
        .filter(({ kind }) => kind === 'partly newer')
        .flatMap((story) =>
          story.tasks
            .filter((task) => task.fate === fate)
            .map(
              ({ createdAt }) => [createdAt, story.deliveries[0] && saidTime(story.deliveries[0])] as const,
            ),
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
  const { first, later } = schedule(new Random(3), stories);

  test('delivers every event at least once, some twice at once, and some late', () => {
    const ids = new Set([...first.map(({ delivery }) => delivery), ...later].map(({ id }) => id));
    expect(ids.size).toBe(EVENTS);
    expect(first.some(({ times }) => times === 2)).toBe(true);
    const firstIds = new Set(first.map(({ delivery }) => delivery.id));
    expect(later.some(({ id }) => firstIds.has(id))).toBe(true);
    expect(later.some(({ id }) => !firstIds.has(id))).toBe(true);
  });

  test('is out of order', () => {
    const ids = first.map(({ delivery }) => delivery.id);
    expect(ids).not.toEqual(deliveries.map(({ id }) => id).filter((id) => ids.includes(id)));
  });

  test('delivers an event whose name is used again once: the second time is up to that', () => {
    const again = stories.filter(({ anew }) => anew !== undefined).map((story) => story.deliveries[0]?.id);
    expect(again.length).toBeGreaterThan(50);
    expect(later.filter(({ id }) => again.includes(id))).toEqual([]);
    const times = first.filter(({ delivery }) => again.includes(delivery.id)).map((each) => each.times);
    expect(new Set(times)).toEqual(new Set([1]));
  });
});
