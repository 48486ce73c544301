import { describe, expect, test } from '@jest/globals';
import { cleanBatch } from '../../lib/queue/clean-batch.ts';
import { useCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, manyTargets } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';

const cleaning = useCleaning();

/** Adds tasks to a repository. */
function addTasks(repository: string, targets = [DR, APAC]): void {
  for (const target of targets) cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...target });
}

function tasksOf(repository: string): unknown[] {
  return cleaning.cloud.cloud.tasks('acme', repository);
}

function everything() {
  const { sqs } = cleaning;
  return {
    ready: sqs.ready(),
    hidden: sqs.hidden().map(({ body }) => body),
    deadLettered: sqs.deadLettered(),
  };
}

describe('a message', () => {
  test('is done when its tasks are gone', async () => {
    addTasks('done');
    cleaning.sqs.put(cleanupRequest({ repository: 'done' }));
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
    expect(tasksOf('done')).toEqual([]);
    expect(everything()).toEqual({ ready: [], hidden: [], deadLettered: [] });
  });

  test('gives its own id to a request that has none', async () => {
    addTasks('without-id');
    cleaning.sqs.put({ namespace: 'acme', repository: 'without-id' });
    const [record] = await cleaning.sqs.receive();
    cleaning.sqs.empty();
    cleaning.sqs.put({ namespace: 'acme', repository: 'without-id' });
    await cleaning.workOff();
    const [line] = cleaning.recorded.of('cleaned').slice(-1);
    expect(line).toMatchObject({ id: expect.stringMatching(/^queue:[0-9a-f-]{36}$/) });
    expect(line?.['id']).not.toBe(`queue:${record?.messageId}`);
  });

  test.each([
    {
      why: 'it is an event of an allowed source',
      message: {
        id: 'e-1',
        source: 'forge.acme',
        'detail-type': 'Repository Deleted',
        time: '2026-11-24T03:00:00Z',
        detail: { namespace: 'acme', repository: 'in-event', targets: [DR] },
      },
    },
    {
      why: 'it is a notification around a request',
      message: {
        Type: 'Notification',
        Message: JSON.stringify({ namespace: 'acme', repository: 'in-event', targets: [DR] }),
      },
    },
    {
      why: 'it is ECR that says so',
      message: {
        id: 'e-2',
        source: 'aws.ecr',
        'detail-type': 'AWS API Call via CloudTrail',
        time: '2026-11-24T03:00:00Z',
        detail: {
          eventSource: 'ecr.amazonaws.com',
          eventName: 'DeleteRepository',
          requestParameters: { repositoryName: 'acme/in-event' },
        },
      },
    },
  ])('is done as well where $why', async ({ message }) => {
    cleaning.cloud.cloud.addTask({
      namespace: 'acme',
      repository: 'in-event',
      ...DR,
      createdAt: '2026-03-02T08:15:27.53183Z',
    });
    cleaning.sqs.put(message);
    await cleaning.workOff();
    expect(tasksOf('in-event')).toEqual([]);
    expect(everything()).toEqual({ ready: [], hidden: [], deadLettered: [] });
  });

  test('is done without any call where it is not for this service', async () => {
    cleaning.sqs.put({ id: 'e-3', source: 'forge.acme', 'detail-type': 'Push', detail: {} });
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
    expect(cleaning.recorded.of('ignored')).toMatchObject([
      { reason: 'event Push is not Repository Deleted' },
    ]);
    expect(cleaning.cloud.journal.entries).toEqual([]);
    expect(everything()).toEqual({ ready: [], hidden: [], deadLettered: [] });
  });

  describe('that has come to the queue at a time', () => {
    const createdAt = '2026-11-20T00:00:00.000Z';
    const message = { id: 'id', namespace: 'acme' };
    const deadLetteredAt = (occurredAt: unknown) => ({ request: JSON.stringify({ ...message, occurredAt }) });
    test.each([
      { why: 'before the task was made', sentAt: '2026-11-19T23:59:59Z', kept: true },
      { why: 'after it was made', sentAt: '2026-11-20T00:00:01Z', kept: false },
      {
        why: 'before, whatever it says',
        sentAt: '2026-11-19T00:00:00Z',
        more: { occurredAt: '2099-01-01T00:00:00Z' },
        kept: true,
      },
      {
        why: 'after, but says before',
        sentAt: '2026-11-21T00:00:00Z',
        more: { occurredAt: '2026-11-01T00:00:00Z' },
        kept: true,
      },
      {
        why: 'after, and before for the first time',
        sentAt: '2026-11-21T00:00:00Z',
        beside: deadLetteredAt(createdAt.replace('20T', '19T')),
        kept: true,
      },
      {
        why: 'after, and was put back from before',
        sentAt: '2026-11-21T00:00:00Z',
        beside: { arrivedAt: '2026-11-19T00:00:00Z' },
        kept: true,
      },
      {
        why: 'after, with what is no time beside it',
        sentAt: '2026-11-21T00:00:00Z',
        beside: { ...deadLetteredAt(5), arrivedAt: 'x' },
        kept: false,
      },
      { why: 'that is unknown', sentAt: 'x', kept: false },
    ])('keeps a task: $kept, as it came $why', async ({ why, sentAt, more = {}, beside = {}, kept }) => {
      const repository = why.toLowerCase().replaceAll(/[^a-z]+/g, '-');
      cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...DR, createdAt });
      cleaning.sqs.put({ ...message, repository, ...more });
      const Records = (await cleaning.sqs.receive()).map((record) => ({
        ...record,
        attributes: { ...record.attributes, SentTimestamp: String(Date.parse(sentAt)) },
        messageAttributes: Object.fromEntries(
          Object.entries(beside).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
        ),
      }));
      await cleanBatch({ Records }, noHurry, cleaning.context());
      expect(tasksOf(repository)).toHaveLength(kept ? 1 : 0);
    });
  });

  test.each([
    { why: 'it is no JSON', body: 'hello', path: '(root)' },
    { why: 'it is null', body: 'null', path: '(root)' },
    { why: 'it says nothing', body: '{}', path: 'namespace' },
    { why: 'it is misspelt', body: '{"namespace":"acme","repositroy":"api"}', path: 'repositroy' },
    { why: 'its notification is no JSON', body: '{"Type":"Notification","Message":"x"}', path: '(root)' },
    {
      why: 'its event has no detail',
      body: '{"id":"e","source":"forge.acme","detail-type":"Repository Deleted"}',
      path: 'detail',
    },
  ])('is dead-lettered unchanged, with what is wrong, where $why', async ({ body, path }) => {
    cleaning.sqs.put(body);
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
    expect(everything()).toEqual({
      ready: [],
      hidden: [],
      deadLettered: [
        { body, attributes: { code: 'UNREADABLE', reason: expect.stringContaining(`${path}: `) } },
      ],
    });
  });
});

describe('a batch', () => {
  test('loses nothing good by what is bad in it', async () => {
    addTasks('good-1');
    addTasks('good-2');
    addTasks('away');
    const away = JSON.stringify(cleanupRequest({ repository: 'away' }));
    cleaning.cloud.fault('listSyncTasks', { status: 503 }, { nth: 2 });
    const messages = [
      cleanupRequest({ repository: 'good-1' }),
      'poison',
      away,
      cleanupRequest({ repository: 'good-2' }),
    ];
    for (const message of messages) cleaning.sqs.put(message);
    const answer = await cleaning.workOff();
    expect(answer.batchItemFailures).toHaveLength(1);
    expect([tasksOf('good-1'), tasksOf('good-2')]).toEqual([[], []]);
    expect(tasksOf('away')).toHaveLength(2);
    expect(everything()).toMatchObject({ ready: [], hidden: [away], deadLettered: [{ body: 'poison' }] });
  });

  test('is given back from where the time ends on, without a call', async () => {
    for (const name of ['first', 'second', 'third']) {
      addTasks(name, [DR]);
      cleaning.sqs.put(cleanupRequest({ repository: name }));
    }
    // One for the message, one for the look, one for the deletion.
    const answer = await cleaning.workOff(cleaning.context(), allowing(3));
    expect(answer.batchItemFailures).toHaveLength(2);
    expect([tasksOf('first'), tasksOf('second'), tasksOf('third')].map(({ length }) => length)).toEqual([
      0, 1, 1,
    ]);
    expect(cleaning.cloud.journal.of('listSyncTasks')).toHaveLength(1);
    expect(everything()).toMatchObject({
      ready: [],
      hidden: [{}, {}].map(() => expect.any(String)),
      deadLettered: [],
    });
  });

  test('is given back whole where there is no time at all', async () => {
    cleaning.sqs.put(cleanupRequest({ repository: 'first' }));
    cleaning.sqs.put('poison');
    const answer = await cleaning.workOff(cleaning.context(), allowing(0));
    expect(answer.batchItemFailures).toHaveLength(2);
    expect(cleaning.cloud.journal.entries).toEqual([]);
    expect(cleaning.sqs.deadLettered()).toEqual([]);
    expect(cleaning.recorded.of('not begun')).toEqual(
      answer.batchItemFailures.map(({ itemIdentifier: messageId }) =>
        expect.objectContaining({ level: 'info', messageId }),
      ),
    );
  });

  test('that holds nothing is done', async () => {
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
  });

  test('finishes a request that ran out of time in its next attempt', async () => {
    addTasks('long', manyTargets(5));
    cleaning.sqs.put(cleanupRequest({ repository: 'long' }));
    await cleaning.workOff(cleaning.context(), allowing(4));
    expect(tasksOf('long')).toHaveLength(3);
    const [back] = cleaning.sqs.hidden();
    cleaning.sqs.empty();
    cleaning.sqs.put(back?.body);
    await cleaning.workOff();
    expect(tasksOf('long')).toEqual([]);
    expect(everything()).toEqual({ ready: [], hidden: [], deadLettered: [] });
  });
});
