import { describe, expect, test } from '@jest/globals';
import type { Delivery, PlannedTask } from '../../e2e/soak/story.ts';
import { type Evidence, keyText } from '../../e2e/soak/verdict/evidence.ts';
import { judge } from '../../e2e/soak/verdict/judge.ts';
import { type Letter, readLetter } from '../../e2e/soak/verdict/letter.ts';
import type { RequestEntry, TaskEntry } from '../../lib/ledger/history.ts';

const PLACE = { namespace: 'acme', repository: 'api' };
const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
const APAC = { remoteRegionId: 'ap-southeast-1', remoteNamespace: 'acme-apac' };
const CREATED_AT = '2026-03-02T08:15:27.53183Z';
const REMOVED_AT = 2000;

const goes: PlannedTask = { ...PLACE, ...DR, createdAt: CREATED_AT, fate: 'goes' };
const stays: PlannedTask = { ...PLACE, ...APAC, createdAt: CREATED_AT, fate: 'stays' };
const delivery: Delivery = {
  id: 'one',
  way: 'queue',
  message: { to: 'queue', body: '' },
  requests: [PLACE],
};
const row = ({ namespace, repository, ...rest }: PlannedTask) => ({
  namespace,
  repoName: repository,
  ...rest,
});
const removal = { at: REMOVED_AT, ...PLACE, target: DR, createdAt: CREATED_AT };
const about = { at: '2026-11-24T03:00:00.000Z', id: 'one', account: 'main', ...PLACE };
const requestEntry: RequestEntry = {
  ...about,
  kind: 'request',
  key: { pk: 'delivery#one', sk: 'request' },
  seen: 1,
  counts: {},
  noted: [],
};
const taskEntry: TaskEntry = {
  ...about,
  kind: 'task',
  key: { pk: 'delivery#one', sk: 'task' },
  target: DR,
  task: { ...DR, createdAt: CREATED_AT },
  outcome: 'deleted',
};
const { task: _, ...unseenEntry } = taskEntry;
const letter: Letter = {
  body: '{"id":"one"}',
  reason: 'refused',
  code: 'X.1',
  request: { id: 'one', ...PLACE },
};
const unexplained: Letter = { body: '{"id":"one"}', request: { id: 'one', ...PLACE } };

/** One task of two had to go, and is gone, with everything on record. */
const good: Evidence = {
  tasks: [goes, stays],
  deliveries: [delivery],
  left: [row(stays)],
  removals: [removal],
  entries: [requestEntry, taskEntry],
  writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT - 1]]),
  letters: [],
  maxTasksPerRequest: 50,
};
/** Nothing was done, and the request is in the dead-letter queue. */
const parked: Evidence = {
  ...good,
  left: [row(goes), row(stays)],
  removals: [],
  entries: [requestEntry],
  letters: [letter],
};
const hidden = { ...goes, hidden: true };

describe('a soak test in which all is well', () => {
  test.each<{ why: string; evidence: Evidence }>([
    { why: 'what had to go is gone', evidence: good },
    { why: 'what had to go is in the dead-letter queue', evidence: parked },
    {
      why: 'what had to go is in the dead-letter queue, as a part of the request',
      evidence: { ...parked, letters: [{ ...letter, request: { id: 'one', ...PLACE, targets: [DR] } }] },
    },
    {
      why: 'what had to go is in the dead-letter queue, with its whole organization',
      evidence: { ...parked, letters: [{ ...letter, request: { id: 'one', namespace: 'acme' } }] },
    },
    {
      why: 'the ledger never got the request, but the dead-letter queue did',
      evidence: { ...parked, entries: [] },
    },
    {
      why: 'the deletion took effect, and its request was parked before anybody knew',
      evidence: {
        ...good,
        entries: [requestEntry, { ...taskEntry, outcome: 'intended' }],
        letters: [letter],
      },
    },
    {
      why: 'two events were about it, and the other one came too late',
      evidence: {
        ...good,
        entries: [requestEntry, taskEntry, { ...taskEntry, id: 'two', outcome: 'absent' }],
      },
    },
    {
      why: 'SWR has not shown it, so nobody knows its age',
      evidence: { ...good, tasks: [hidden, stays], entries: [requestEntry, unseenEntry] },
    },
    {
      why: 'nobody can say whether a task was there that SWR never showed',
      evidence: {
        ...good,
        entries: [requestEntry, taskEntry, { ...unseenEntry, target: APAC }],
      },
    },
    {
      why: 'it was written down in the same millisecond',
      evidence: { ...good, writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT]]) },
    },
    {
      why: 'the id of an event is its carrier’s',
      evidence: {
        ...good,
        deliveries: [{ ...delivery, way: 'ecr' }],
        entries: [{ ...requestEntry, id: 'another' }, taskEntry],
      },
    },
  ])('$why', ({ evidence }) => {
    expect(judge(evidence).problems).toEqual([]);
  });

  test('is counted', () => {
    expect(judge({ ...good, letters: [letter] })).toEqual({
      problems: [],
      tasks: {
        'had to go': 1,
        gone: 1,
        'left to a person': 0,
        'too many for one request': 0,
        'had to stay': 1,
        kept: 1,
      },
      ledger: { requests: 1, tasks: 1, removals: 1, 'gone, and perhaps never there': 0 },
      deadLetters: { 'X.1': 1 },
    });
  });
});

describe('a soak test in which something is wrong', () => {
  test.each<{ why: string; evidence: Evidence; problem: string }>([
    {
      why: 'a task was forgotten',
      evidence: { ...parked, letters: [] },
      problem: 'had to go and is there, and nothing in the dead-letter queue says why',
    },
    {
      why: 'a dead letter is about another target',
      evidence: { ...parked, letters: [{ ...letter, request: { id: 'one', ...PLACE, targets: [APAC] } }] },
      problem: 'had to go and is there',
    },
    {
      why: 'a dead letter is about another repository',
      evidence: {
        ...parked,
        letters: [{ ...letter, request: { id: 'one', namespace: 'acme', repository: 'a' } }],
      },
      problem: 'had to go and is there',
    },
    {
      why: 'a dead letter gives no reason',
      evidence: { ...parked, letters: [unexplained] },
      problem: 'a dead letter does not say why it is one',
    },
    {
      why: 'a task is gone that had to stay',
      evidence: {
        ...good,
        left: [],
        removals: [removal, { ...removal, target: APAC }],
        entries: [requestEntry, taskEntry, { ...taskEntry, target: APAC }],
      },
      problem: 'had to stay and is gone: acme/api to ap-southeast-1/acme-apac',
    },
    {
      why: 'a task was deleted that nobody has planned',
      evidence: {
        ...good,
        removals: [removal, { ...removal, createdAt: '2026-11-24T03:00:01Z' }],
      },
      problem: 'was deleted and had to stay: acme/api to cn-east-3/acme-dr, created 2026-11-24T03:00:01Z',
    },
    {
      why: 'a task has vanished without a deletion',
      evidence: { ...good, removals: [], entries: [requestEntry] },
      problem: 'is gone, and nobody has deleted it',
    },
    {
      why: 'a deletion is not on record',
      evidence: { ...good, entries: [requestEntry] },
      problem: 'the ledger knows nothing of it',
    },
    {
      why: 'a deletion of an earlier task of the same name is on record',
      evidence: {
        ...good,
        entries: [requestEntry, { ...taskEntry, task: { ...DR, createdAt: '2026-01-01T00:00:00Z' } }],
      },
      problem: 'the ledger knows nothing of it',
    },
    {
      why: 'a deletion was written down afterwards',
      evidence: { ...good, writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT + 5]]) },
      problem: 'was deleted 5 ms before it was written down',
    },
    ...(['absent', 'failed', 'intended'] as const).map((outcome) => ({
      why: `the ledger ends with ${outcome}, and nobody will look again`,
      evidence: { ...good, entries: [requestEntry, { ...taskEntry, outcome }] },
      problem: `was deleted, and the ledger says ${outcome}`,
    })),
    {
      why: 'the ledger says that it failed, and it did not',
      evidence: { ...good, entries: [requestEntry, { ...taskEntry, outcome: 'failed' }], letters: [letter] },
      problem: 'was deleted, and the ledger says failed',
    },
    {
      why: 'the ledger tells of a deletion that never was',
      evidence: { ...parked, entries: [requestEntry, taskEntry] },
      problem: 'the ledger says that it was deleted, and it was not',
    },
    {
      why: 'an accepted event is nowhere',
      evidence: { ...good, entries: [taskEntry] },
      problem: 'one was accepted, and nobody knows of acme/api',
    },
    {
      why: 'a refused event is on record',
      evidence: { ...good, deliveries: [{ ...delivery, status: 401, requests: [] }] },
      problem: 'one asks for nothing that counts, and is in the ledger',
    },
    {
      why: 'a hopeless event is not parked',
      evidence: { ...good, deliveries: [{ ...delivery, parkedAs: 'UNREADABLE' }] },
      problem: 'one is not in the dead-letter queue as UNREADABLE',
    },
    {
      why: 'a hopeless event is parked for another reason',
      evidence: { ...good, deliveries: [{ ...delivery, parkedAs: 'UNREADABLE' }], letters: [letter] },
      problem: 'one is not in the dead-letter queue as UNREADABLE',
    },
    {
      why: 'a request that asks for too much is done',
      evidence: { ...good, deliveries: [{ ...delivery, tooLarge: true }] },
      problem: 'one asks for too much, and is not in the dead-letter queue',
    },
    {
      why: 'a request deletes more than it may',
      evidence: {
        ...good,
        deliveries: [{ ...delivery, tooLarge: true }],
        letters: [letter],
        maxTasksPerRequest: 0,
      },
      problem: 'one has deleted 1 tasks, and safety.maxTasksPerRequest is 0',
    },
    {
      why: 'nearly everything is left to a person',
      evidence: {
        ...parked,
        tasks: Array.from({ length: 30 }, () => goes),
      },
      problem: 'too many are left to a person: 30 of 30',
    },
  ])('$why', ({ evidence, problem }) => {
    expect(judge(evidence).problems.join('\n')).toContain(problem);
  });
});

describe('a dead letter', () => {
  test.each<{ why: string; body: string; attributes: Record<string, string>; expected: Letter }>([
    {
      why: 'says what it asks for beside its body',
      body: 'an event',
      attributes: { reason: 'r', code: 'c', request: '{"id":"one","namespace":"acme"}' },
      expected: {
        body: 'an event',
        reason: 'r',
        code: 'c',
        request: { id: 'one', namespace: 'acme' },
      },
    },
    {
      why: 'was moved by the queue itself, and is a request',
      body: '{"id":"one","namespace":"acme"}',
      attributes: {},
      expected: {
        body: '{"id":"one","namespace":"acme"}',
        request: { id: 'one', namespace: 'acme' },
      },
    },
    {
      why: 'can not be read',
      body: 'poison',
      attributes: { reason: 'r', code: 'c' },
      expected: { body: 'poison', reason: 'r', code: 'c' },
    },
  ])('$why', ({ body, attributes, expected }) => {
    expect(readLetter(body, attributes)).toEqual(expected);
  });
});
