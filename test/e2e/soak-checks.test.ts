import { describe, expect, test } from '@jest/globals';
import type { CaseTask, SoakEvent } from '../../e2e/soak/cases/soak-case.ts';
import { checkAll } from '../../e2e/soak/checks/check-all.ts';
import { type DeadMessage, type Evidence, keyText, readDeadMessage } from '../../e2e/soak/checks/evidence.ts';
import { Tally } from '../../e2e/soak/tally.ts';
import type { RequestEntry, TaskEntry } from '../../lib/ledger/history.ts';

const PLACE = { namespace: 'acme', repository: 'api' };
const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
const APAC = { remoteRegionId: 'ap-southeast-1', remoteNamespace: 'acme-apac' };
const CREATED_AT = '2026-03-02T08:15:27.53183Z';
const REMOVED_AT = 2000;

const deleted: CaseTask = { ...PLACE, ...DR, createdAt: CREATED_AT, expected: 'deleted' };
const kept: CaseTask = { ...PLACE, ...APAC, createdAt: CREATED_AT, expected: 'kept' };
const event: SoakEvent = { id: 'one', way: 'queue', body: '', requests: [PLACE] };
const row = ({ namespace, repository, ...rest }: CaseTask) => ({ namespace, repoName: repository, ...rest });
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
  reason: 'rejected',
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
/** Evidence of a request in the dead-letter queue, without a deletion. */
const deadLettered: Evidence = {
  ...good,
  left: [row(deleted), row(kept)],
  removals: [],
  entries: [requestEntry],
  deadMessages: [message],
};
const hidden = { ...deleted, hidden: true };

describe('a soak test in which all is well', () => {
  test.each<[why: string, evidence: Evidence]>([
    ['the task to delete is gone', good],
    ['the task to delete is in the dead-letter queue', deadLettered],
    [
      'the task to delete is in the dead-letter queue, as a part of the request',
      {
        ...deadLettered,
        deadMessages: [{ ...message, request: { version: 1, id: 'one', ...PLACE, targets: [DR] } }],
      },
    ],
    [
      'the task to delete is in the dead-letter queue, with its whole organization',
      {
        ...deadLettered,
        deadMessages: [{ ...message, request: { version: 1, id: 'one', namespace: 'acme' } }],
      },
    ],
    ['the ledger never got the request, but the dead-letter queue did', { ...deadLettered, entries: [] }],
    [
      'the deletion took effect, and its request was dead-lettered before the outcome was known',
      { ...good, entries: [requestEntry, { ...taskEntry, outcome: 'intended' }], deadMessages: [message] },
    ],
    [
      'two events were about it, and the other one came too late',
      { ...good, entries: [requestEntry, taskEntry, { ...taskEntry, id: 'two', outcome: 'absent' }] },
    ],
    [
      'SWR has not listed it, so its age is unknown',
      { ...good, tasks: [hidden, kept], entries: [requestEntry, unseenEntry] },
    ],
    [
      'it is unknown whether a task existed that SWR never listed',
      { ...good, entries: [requestEntry, taskEntry, { ...unseenEntry, target: APAC }] },
    ],
    [
      'its entry was written in the same millisecond',
      { ...good, writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT]]) },
    ],
    [
      'EventBridge has chosen the id of the event',
      {
        ...good,
        events: [{ ...event, way: 'ecr', source: 'aws.ecr', detailType: '', detail: {} }],
        entries: [{ ...requestEntry, id: 'another' }, taskEntry],
      },
    ],
  ])('%s', (_why, evidence) => {
    expect(checkAll(evidence, new Tally())).toEqual([]);
  });

  test('is counted', () => {
    const tally = new Tally();
    checkAll({ ...good, deadMessages: [message] }, tally);
    expect(tally.of('tasks')).toEqual({ 'to delete': 1, gone: 1, 'to keep': 1, kept: 1 });
    expect(tally.of('ledger')).toEqual({ requests: 1, tasks: 1, removals: 1 });
    expect(tally.of('deadLetters')).toEqual({ 'X.1': 1 });
  });
});

describe('a soak test in which something is wrong', () => {
  test.each<[why: string, evidence: Evidence, problem: string]>([
    [
      'a task was forgotten',
      { ...deadLettered, deadMessages: [] },
      'had to be deleted and exists, without a reason in the dead-letter queue',
    ],
    [
      'a dead-lettered message is about another target',
      {
        ...deadLettered,
        deadMessages: [{ ...message, request: { version: 1, id: 'one', ...PLACE, targets: [APAC] } }],
      },
      'had to be deleted and exists',
    ],
    [
      'a dead-lettered message is about another repository',
      {
        ...deadLettered,
        deadMessages: [
          { ...message, request: { version: 1, id: 'one', namespace: 'acme', repository: 'a' } },
        ],
      },
      'had to be deleted and exists',
    ],
    [
      'a dead-lettered message has no reason',
      { ...deadLettered, deadMessages: [unexplained] },
      'a dead-lettered message has no reason',
    ],
    [
      'a task is gone that had to be kept',
      {
        ...good,
        left: [],
        removals: [removal, { ...removal, target: APAC }],
        entries: [requestEntry, taskEntry, { ...taskEntry, target: APAC }],
      },
      'had to be kept and is gone: acme/api to ap-southeast-1/acme-apac',
    ],
    [
      'an unplanned task was deleted',
      { ...good, removals: [removal, { ...removal, createdAt: '2026-11-24T03:00:01Z' }] },
      'was deleted and had to be kept: acme/api to cn-east-3/acme-dr, created 2026-11-24T03:00:01Z',
    ],
    [
      'a task is gone without a deletion',
      { ...good, removals: [], entries: [requestEntry] },
      'is gone without a deletion',
    ],
    ['a deletion has no entry', { ...good, entries: [requestEntry] }, 'the ledger has no entry'],
    [
      'a deletion of an earlier task of the same name has an entry',
      {
        ...good,
        entries: [requestEntry, { ...taskEntry, task: { ...DR, createdAt: '2026-01-01T00:00:00Z' } }],
      },
      'the ledger has no entry',
    ],
    [
      'the entry of a deletion was written afterwards',
      { ...good, writtenAt: new Map([[keyText(taskEntry.key), REMOVED_AT + 5]]) },
      'was deleted 5 ms before its entry was written',
    ],
    ...(['absent', 'failed', 'intended'] as const).map((outcome): [string, Evidence, string] => [
      `the final outcome in the ledger is ${outcome}`,
      { ...good, entries: [requestEntry, { ...taskEntry, outcome }] },
      `was deleted, and the ledger says ${outcome}`,
    ]),
    [
      'the outcome in the ledger is failed, and the task was deleted',
      { ...good, entries: [requestEntry, { ...taskEntry, outcome: 'failed' }], deadMessages: [message] },
      'was deleted, and the ledger says failed',
    ],
    [
      'the ledger has a deletion that never happened',
      { ...deadLettered, entries: [requestEntry, taskEntry] },
      'is deleted in the ledger, and was not deleted',
    ],
    [
      'an accepted event has no record',
      { ...good, entries: [taskEntry] },
      'one was accepted, and there is no record of acme/api',
    ],
    [
      'a rejected event has an entry',
      { ...good, events: [{ ...event, requests: [] }] },
      'one leads to no request, and is in the ledger',
    ],
    [
      'an invalid event is not dead-lettered',
      { ...good, events: [{ ...event, deadLetteredAs: 'UNREADABLE' }] },
      'one is not in the dead-letter queue as UNREADABLE',
    ],
    [
      'an invalid event is dead-lettered with another code',
      { ...good, events: [{ ...event, deadLetteredAs: 'UNREADABLE' }], deadMessages: [message] },
      'one is not in the dead-letter queue as UNREADABLE',
    ],
    [
      'a request that asks for too much is done',
      { ...good, events: [{ ...event, tooLarge: true }] },
      'one asks for too much, and is not in the dead-letter queue',
    ],
    [
      'a request deletes more than it may',
      { ...good, events: [{ ...event, tooLarge: true }], deadMessages: [message], maxTasksPerRequest: 0 },
      'one has deleted 1 tasks, and safety.maxTasksPerRequest is 0',
    ],
    [
      'nearly everything is dead-lettered',
      { ...deadLettered, tasks: Array.from({ length: 30 }, () => deleted) },
      'too many are dead-lettered: 30 of 30',
    ],
  ])('%s', (_why, evidence, problem) => {
    expect(checkAll(evidence, new Tally()).join('\n')).toContain(problem);
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
