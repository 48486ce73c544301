import { describe, expect, test } from '@jest/globals';
import type { CaseTask, SoakEvent } from '../../e2e/soak/cases/soak-case.ts';
import { checkAll } from '../../e2e/soak/checks/check-all.ts';
import { type DeadMessage, type Evidence, keyText, readDeadMessage } from '../../e2e/soak/checks/evidence.ts';
import type { RequestEntry, TaskEntry } from '../../lib/ledger/history.ts';

const PLACE = { namespace: 'acme', repository: 'api' };
const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
const APAC = { remoteRegionId: 'ap-southeast-1', remoteNamespace: 'acme-apac' };
const CREATED_AT = '2026-03-02T08:15:27.53183Z';
const REMOVED_AT = 2000;

const deleted: CaseTask = { ...PLACE, ...DR, createdAt: CREATED_AT, expected: 'deleted' };
const kept: CaseTask = { ...PLACE, ...APAC, createdAt: CREATED_AT, expected: 'kept' };
const event: SoakEvent = { id: 'one', way: 'queue', body: '', requests: [PLACE] };
const row = ({ namespace, repository, ...rest }: CaseTask) => ({
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
const message: DeadMessage = {
  body: '{"id":"one"}',
  reason: 'refused',
  code: 'X.1',
  request: { version: 1, id: 'one', ...PLACE },
};
const unexplained: DeadMessage = { body: '{"id":"one"}', request: { version: 1, id: 'one', ...PLACE } };

/** One task of two had to be deleted, and was, with all entries in the ledger. */
const good: Evidence = {
  tasks: [deleted, kept],
  events: [event],
  left: [row(kept)],
  removals: [removal],
  entries: [requestEntry, taskEntry],
  writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT - 1]]),
  deadMessages: [],
  maxTasksPerRequest: 50,
};
/** Nothing was deleted, and the request is in the dead-letter queue. */
const deadLettered: Evidence = {
  ...good,
  left: [row(deleted), row(kept)],
  removals: [],
  entries: [requestEntry],
  deadMessages: [message],
};
const hidden = { ...deleted, hidden: true };

describe('a soak test in which all is well', () => {
  test.each<{ why: string; evidence: Evidence }>([
    { why: 'the task to delete is gone', evidence: good },
    { why: 'the task to delete is in the dead-letter queue', evidence: deadLettered },
    {
      why: 'the task to delete is in the dead-letter queue, as a part of the request',
      evidence: {
        ...deadLettered,
        deadMessages: [{ ...message, request: { version: 1, id: 'one', ...PLACE, targets: [DR] } }],
      },
    },
    {
      why: 'the task to delete is in the dead-letter queue, with its whole organization',
      evidence: {
        ...deadLettered,
        deadMessages: [{ ...message, request: { version: 1, id: 'one', namespace: 'acme' } }],
      },
    },
    {
      why: 'the ledger never got the request, but the dead-letter queue did',
      evidence: { ...deadLettered, entries: [] },
    },
    {
      why: 'the deletion took effect, and its request was dead-lettered before the outcome was known',
      evidence: {
        ...good,
        entries: [requestEntry, { ...taskEntry, outcome: 'intended' }],
        deadMessages: [message],
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
      why: 'SWR has not listed it, so its age is unknown',
      evidence: { ...good, tasks: [hidden, kept], entries: [requestEntry, unseenEntry] },
    },
    {
      why: 'it is unknown whether a task existed that SWR never listed',
      evidence: {
        ...good,
        entries: [requestEntry, taskEntry, { ...unseenEntry, target: APAC }],
      },
    },
    {
      why: 'its entry was written in the same millisecond',
      evidence: { ...good, writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT]]) },
    },
    {
      why: 'EventBridge has chosen the id of the event',
      evidence: {
        ...good,
        events: [{ ...event, way: 'ecr', source: 'aws.ecr', detailType: '', detail: {} }],
        entries: [{ ...requestEntry, id: 'another' }, taskEntry],
      },
    },
  ])('$why', ({ evidence }) => {
    expect(checkAll(evidence).problems).toEqual([]);
  });

  test('is counted', () => {
    expect(checkAll({ ...good, deadMessages: [message] })).toEqual({
      problems: [],
      tasks: {
        'to delete': 1,
        gone: 1,
        'dead-lettered': 0,
        'too many for one request': 0,
        'to keep': 1,
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
      evidence: { ...deadLettered, deadMessages: [] },
      problem: 'had to be deleted and exists, without a reason in the dead-letter queue',
    },
    {
      why: 'a dead-lettered message is about another target',
      evidence: {
        ...deadLettered,
        deadMessages: [{ ...message, request: { version: 1, id: 'one', ...PLACE, targets: [APAC] } }],
      },
      problem: 'had to be deleted and exists',
    },
    {
      why: 'a dead-lettered message is about another repository',
      evidence: {
        ...deadLettered,
        deadMessages: [
          { ...message, request: { version: 1, id: 'one', namespace: 'acme', repository: 'a' } },
        ],
      },
      problem: 'had to be deleted and exists',
    },
    {
      why: 'a dead-lettered message has no reason',
      evidence: { ...deadLettered, deadMessages: [unexplained] },
      problem: 'a dead-lettered message has no reason',
    },
    {
      why: 'a task is gone that had to be kept',
      evidence: {
        ...good,
        left: [],
        removals: [removal, { ...removal, target: APAC }],
        entries: [requestEntry, taskEntry, { ...taskEntry, target: APAC }],
      },
      problem: 'had to be kept and is gone: acme/api to ap-southeast-1/acme-apac',
    },
    {
      why: 'an unplanned task was deleted',
      evidence: {
        ...good,
        removals: [removal, { ...removal, createdAt: '2026-11-24T03:00:01Z' }],
      },
      problem: 'was deleted and had to be kept: acme/api to cn-east-3/acme-dr, created 2026-11-24T03:00:01Z',
    },
    {
      why: 'a task is gone without a deletion',
      evidence: { ...good, removals: [], entries: [requestEntry] },
      problem: 'is gone without a deletion',
    },
    {
      why: 'a deletion has no entry',
      evidence: { ...good, entries: [requestEntry] },
      problem: 'the ledger has no entry',
    },
    {
      why: 'a deletion of an earlier task of the same name has an entry',
      evidence: {
        ...good,
        entries: [requestEntry, { ...taskEntry, task: { ...DR, createdAt: '2026-01-01T00:00:00Z' } }],
      },
      problem: 'the ledger has no entry',
    },
    {
      why: 'the entry of a deletion was written afterwards',
      evidence: { ...good, writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT + 5]]) },
      problem: 'was deleted 5 ms before its entry was written',
    },
    ...(['absent', 'failed', 'intended'] as const).map((outcome) => ({
      why: `the final outcome in the ledger is ${outcome}`,
      evidence: { ...good, entries: [requestEntry, { ...taskEntry, outcome }] },
      problem: `was deleted, and the ledger says ${outcome}`,
    })),
    {
      why: 'the outcome in the ledger is failed, and the task was deleted',
      evidence: {
        ...good,
        entries: [requestEntry, { ...taskEntry, outcome: 'failed' }],
        deadMessages: [message],
      },
      problem: 'was deleted, and the ledger says failed',
    },
    {
      why: 'the ledger has a deletion that never happened',
      evidence: { ...deadLettered, entries: [requestEntry, taskEntry] },
      problem: 'is deleted in the ledger, and was not deleted',
    },
    {
      why: 'an accepted event has no record',
      evidence: { ...good, entries: [taskEntry] },
      problem: 'one was accepted, and there is no record of acme/api',
    },
    {
      why: 'a refused event has an entry',
      evidence: { ...good, events: [{ ...event, requests: [] }] },
      problem: 'one leads to no request, and is in the ledger',
    },
    {
      why: 'an invalid event is not dead-lettered',
      evidence: { ...good, events: [{ ...event, deadLetteredAs: 'UNREADABLE' }] },
      problem: 'one is not in the dead-letter queue as UNREADABLE',
    },
    {
      why: 'an invalid event is dead-lettered with another code',
      evidence: {
        ...good,
        events: [{ ...event, deadLetteredAs: 'UNREADABLE' }],
        deadMessages: [message],
      },
      problem: 'one is not in the dead-letter queue as UNREADABLE',
    },
    {
      why: 'a request that asks for too much is done',
      evidence: { ...good, events: [{ ...event, tooLarge: true }] },
      problem: 'one asks for too much, and is not in the dead-letter queue',
    },
    {
      why: 'a request deletes more than it may',
      evidence: {
        ...good,
        events: [{ ...event, tooLarge: true }],
        deadMessages: [message],
        maxTasksPerRequest: 0,
      },
      problem: 'one has deleted 1 tasks, and safety.maxTasksPerRequest is 0',
    },
    {
      why: 'nearly everything is dead-lettered',
      evidence: {
        ...deadLettered,
        tasks: Array.from({ length: 30 }, () => deleted),
      },
      problem: 'too many are dead-lettered: 30 of 30',
    },
  ])('$why', ({ evidence, problem }) => {
    expect(checkAll(evidence).problems.join('\n')).toContain(problem);
  });
});

describe('a dead-lettered message', () => {
  test.each<{ why: string; body: string; attributes: Record<string, string>; expected: DeadMessage }>([
    {
      why: 'has its request beside its body',
      body: 'an event',
      attributes: { reason: 'r', code: 'c', request: '{"id":"one","namespace":"acme"}' },
      expected: {
        body: 'an event',
        reason: 'r',
        code: 'c',
        request: { version: 1, id: 'one', namespace: 'acme' },
      },
    },
    {
      why: 'was moved by SQS, and is a request',
      body: '{"id":"one","namespace":"acme"}',
      attributes: {},
      expected: {
        body: '{"id":"one","namespace":"acme"}',
        request: { version: 1, id: 'one', namespace: 'acme' },
      },
    },
    {
      why: 'is unreadable',
      body: 'poison',
      attributes: { reason: 'r', code: 'c' },
      expected: { body: 'poison', reason: 'r', code: 'c' },
    },
  ])('$why', ({ body, attributes, expected }) => {
    expect(readDeadMessage({ body, attributes })).toEqual(expected);
  });
});
