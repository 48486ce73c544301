import { describe, expect, test } from '@jest/globals';
import { cleanInvocation, type InvocationAnswer } from '../../lib/queue/clean-invocation.ts';
import { useCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA, manyTargets } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { safety } from '../support/safety.ts';

const NO_QUEUE = 'http://127.0.0.1:1/000000000000/nowhere';

const cleaning = useCleaning();

function invoke(
  payload: unknown,
  context = cleaning.context(),
  deadline = noHurry,
): Promise<InvocationAnswer> {
  return cleanInvocation(payload, 'invocation-1', deadline, context);
}

function addTasks(repository: string): void {
  for (const target of [DR, APAC]) {
    const createdAt = '2026-03-02T08:15:27.53183Z';
    cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...target, createdAt });
  }
}

function eventOf(detail: unknown, differences: object = {}): object {
  return {
    id: 'event-1',
    source: 'forge.acme',
    'detail-type': 'Repository Deleted',
    time: '2026-11-24T03:00:00Z',
    detail,
    ...differences,
  };
}

/** Contents of each queue, with the requests in the cleanup queue as objects. */
function queues(): { ready: unknown[]; deadLettered: unknown[] } {
  return {
    ready: cleaning.sqs.ready().map((body): unknown => JSON.parse(body)),
    deadLettered: cleaning.sqs.deadLettered(),
  };
}

describe('a request', () => {
  test('is answered with the outcome of each target', async () => {
    addTasks('answered');
    const request = cleanupRequest({ repository: 'answered', targets: [DR, EMEA] });
    await expect(invoke(request)).resolves.toEqual({
      request: { ...request, id: 'invoke:request-1' },
      outcomes: [
        { target: DR, task: expect.objectContaining(DR), outcome: 'deleted' },
        { target: EMEA, outcome: 'absent' },
      ],
    });
  });

  test('gets the id of its invocation where it has none', async () => {
    await expect(invoke({ namespace: 'acme', repository: 'nothing' })).resolves.toMatchObject({
      request: { version: 1, id: 'invoke:invocation-1', namespace: 'acme', repository: 'nothing' },
      outcomes: [],
    });
  });

  test.each([
    { why: 'it will pass', fault: { status: 503 }, retryable: true },
    { why: 'a person must act', fault: { status: 403, code: 'SVCSTG.SWR.4030170' }, retryable: false },
  ])('leaves what to do about a failure to who asked, where $why', async ({ fault, retryable }) => {
    addTasks('failing');
    cleaning.cloud.fault('deleteSyncTask', fault);
    await expect(invoke(cleanupRequest({ repository: 'failing', targets: [DR] }))).resolves.toMatchObject({
      outcomes: [{ target: DR, outcome: 'failed', status: fault.status, retryable }],
    });
    expect(queues()).toEqual({ ready: [], deadLettered: [] });
  });

  test.each([
    { why: 'it is no object', payload: 'hello', path: '(root)' },
    { why: 'it is nothing', payload: null, path: '(root)' },
    { why: 'it is misspelt', payload: { namespace: 'acme', repositroy: 'api' }, path: 'repositroy' },
  ])('fails with what is wrong where $why', async ({ payload, path }) => {
    await expect(invoke(payload)).rejects.toThrow(`neither a cleanup request nor an event: ${path}: `);
    expect(queues()).toEqual({ ready: [], deadLettered: [] });
  });
});

describe('an event', () => {
  test('is done like a request, with its own id and time', async () => {
    addTasks('event');
    await expect(invoke(eventOf({ namespace: 'acme', repository: 'event' }))).resolves.toMatchObject({
      request: { id: 'bus:event-1', source: 'forge.acme', occurredAt: '2026-11-24T03:00:00Z' },
      outcomes: [{ outcome: 'deleted' }, { outcome: 'deleted' }],
    });
    expect(queues()).toEqual({ ready: [], deadLettered: [] });
  });

  test.each([
    { why: 'it is of another type', event: eventOf({}, { 'detail-type': 'Push' }), reason: 'Push' },
    { why: 'its source is not allowed', event: eventOf({}, { source: 'stranger' }), reason: 'stranger' },
  ])('is ignored where $why', async ({ event, reason }) => {
    await expect(invoke(event)).resolves.toEqual({
      status: 'ignored',
      reason: expect.stringContaining(reason),
    });
    expect(cleaning.cloud.journal.entries).toEqual([]);
    expect(cleaning.recorded.of('ignored').slice(-1)).toMatchObject([
      { level: 'info', reason: expect.stringContaining(reason) },
    ]);
  });

  test('that can not be read is dead-lettered', async () => {
    const event = eventOf({ namespace: 'acme', extra: 1 });
    await expect(invoke(event)).resolves.toEqual({
      status: 'dead-lettered',
      reason: expect.stringContaining('detail.extra'),
    });
    expect(queues()).toEqual({
      ready: [],
      deadLettered: [
        {
          body: JSON.stringify(event),
          attributes: { code: 'UNREADABLE', reason: expect.stringContaining('detail.extra') },
        },
      ],
    });
  });

  test('that can not be read and not be written either is dead-lettered by its beginning', async () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    await expect(invoke(eventOf({ namespace: 'acme', deep }))).resolves.toMatchObject({
      status: 'dead-lettered',
    });
    const [deadLettered] = cleaning.sqs.deadLettered();
    expect(JSON.parse(deadLettered?.body ?? '')).toEqual({
      unreadable: expect.stringMatching(/^\{"id":"event-1"/),
    });
    expect(deadLettered?.attributes).toMatchObject({ code: 'UNREADABLE' });
  });

  test('with something in it that can not be written is done all the same', async () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    cleaning.cloud.fault('listSyncTasks', { status: 403, code: 'SVCSTG.SWR.4037018' });
    await invoke(eventOf({ namespace: 'acme', repository: 'deep' }, { resources: deep }));
    const [deadLettered] = cleaning.sqs.deadLettered();
    expect(JSON.parse(deadLettered?.body ?? '')).toMatchObject({ namespace: 'acme', repository: 'deep' });
  });

  test('has an answer that says how much of it is left out, where it would be too large', async () => {
    const createdAt = '2026-03-02T08:15:27.53183Z';
    for (const target of manyTargets(90)) {
      cleaning.cloud.cloud.addTask({ namespace: 'acme', repository: 'large', ...target, createdAt });
    }
    const request = { namespace: 'acme', repository: 'large', targets: manyTargets(400) };
    const context = cleaning.context({ config: { safety: safety({ mode: 'dry-run' }) } });
    expect(await invoke(eventOf(request), context)).toEqual({ results: [], more: 1 });
    // The caller of a direct invocation gets all of it.
    const whole = await invoke({ id: 'large', ...request }, context);
    expect('outcomes' in whole ? whole.outcomes.length : 0).toBe(400);
  });

  test('that will succeed later goes on as a request in the queue', async () => {
    addTasks('later');
    cleaning.cloud.fault('listSyncTasks', { status: 503 });
    const event = eventOf({ namespace: 'acme', repository: 'later' });
    const answer = await invoke(event);
    expect(queues()).toEqual({ ready: ['request' in answer ? answer.request : undefined], deadLettered: [] });
    await cleaning.workOff();
    expect(cleaning.cloud.cloud.tasks('acme', 'later')).toEqual([]);
  });

  test('goes on in the queue where there is no time for it', async () => {
    await invoke(eventOf({ namespace: 'acme', repository: 'no-time' }), cleaning.context(), allowing(0));
    expect(queues()).toMatchObject({ ready: [{ repository: 'no-time' }], deadLettered: [] });
    expect(cleaning.cloud.journal.entries).toEqual([]);
  });

  test('that a person must see is dead-lettered unchanged', async () => {
    cleaning.cloud.fault('listSyncTasks', { status: 403, code: 'SVCSTG.SWR.4037018' });
    const event = eventOf({ namespace: 'acme', repository: 'person' });
    await invoke(event);
    expect(queues()).toMatchObject({
      ready: [],
      deadLettered: [
        { body: JSON.stringify(event), attributes: { code: 'SVCSTG.SWR.4037018', status: '403' } },
      ],
    });
  });

  test('is taken apart by what has to be done about its failures', async () => {
    addTasks('apart');
    cleaning.cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' }, { nth: 1 });
    cleaning.cloud.fault('deleteSyncTask', { status: 503 }, { nth: 2 });
    await invoke(eventOf({ namespace: 'acme', repository: 'apart' }));
    const [first, second] = cleaning.cloud.journal.of('deleteSyncTask').map(({ target }) => target);
    expect(queues()).toMatchObject({
      ready: [{ repository: 'apart', targets: [second] }],
      deadLettered: [{ body: expect.stringContaining(JSON.stringify([first])) }],
    });
  });

  test.each([
    { why: 'a failure that will pass', fault: { status: 503 } },
    { why: 'a failure for a person', fault: { status: 403, code: 'SVCSTG.SWR.4030170' } },
  ])('fails as a whole where no queue takes $why, so that EventBridge sends it again', async ({ fault }) => {
    cleaning.cloud.fault('listSyncTasks', fault);
    const context = cleaning.context({ queueUrl: NO_QUEUE, deadLetterQueueUrl: NO_QUEUE });
    await expect(invoke(eventOf({ namespace: 'acme', repository: 'x' }), context)).rejects.toMatchObject({
      failure: { code: 'ECONNREFUSED', retryable: true },
    });
  });
});
