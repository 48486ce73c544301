import { describe, expect, test } from '@jest/globals';
import { cleanInvocation } from '../../lib/queue/clean-invocation.ts';
import { useCleaning } from '../support/cleaning.ts';
import { DR } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';

const ROUTES = [{ from: 'ecr:acme/{name+}', to: ['acme/{name}', 'mirror/{name}'], account: 'main' }];
const FORBIDDEN = { status: 403, code: 'SVCSTG.SWR.4030170' };

const cleaning = useCleaning();

const contextOf = () => cleaning.context({ config: { routes: ROUTES } });

/** Adds a task in both organizations. */
function addTasks(repository: string): void {
  for (const namespace of ['acme', 'mirror']) {
    cleaning.cloud.cloud.addTask({ namespace, repository, ...DR, createdAt: '2026-03-02T08:15:27.53183Z' });
  }
}

function tasksOf(repository: string): string[] {
  return ['acme', 'mirror'].filter(
    (namespace) => cleaning.cloud.cloud.tasks(namespace, repository).length > 0,
  );
}

function eventOf(repository: string): object {
  return {
    id: `event-${repository}`,
    source: 'aws.ecr',
    'detail-type': 'AWS API Call via CloudTrail',
    time: '2026-11-24T03:00:00Z',
    detail: {
      eventSource: 'ecr.amazonaws.com',
      eventName: 'DeleteRepository',
      requestParameters: { repositoryName: `acme/${repository}` },
    },
  };
}

const requestIn = (namespace: string, repository: string) =>
  expect.objectContaining({ namespace, repository, id: `bus:event-${repository}`, siblings: 1 });

describe('a message that leads to two organizations', () => {
  test('is done when both are', async () => {
    addTasks('both');
    cleaning.sqs.put(eventOf('both'));
    await expect(cleaning.workOff(contextOf())).resolves.toEqual({ batchItemFailures: [] });
    expect(tasksOf('both')).toEqual([]);
    expect([cleaning.sqs.hidden(), cleaning.sqs.deadLettered()]).toEqual([[], []]);
  });

  test.each([
    { why: 'the first', nth: 1, left: 'acme' },
    { why: 'the second', nth: 2, left: 'mirror' },
  ])('returns if $why fails transiently, and the other is done', async ({ nth, left }) => {
    addTasks(`one-${nth}`);
    cleaning.sqs.put(eventOf(`one-${nth}`));
    cleaning.cloud.fault('listSyncTasks', { status: 503 }, { nth });
    const answer = await cleaning.workOff(contextOf());
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(tasksOf(`one-${nth}`)).toEqual([left]);
  });

  test.each([
    { first: '100', second: '200' },
    { first: '200', second: '100' },
  ])('is hidden for the longer one of two waits, $first and $second s', async ({ first, second }) => {
    cleaning.sqs.put(eventOf('waits'));
    for (const [index, wait] of [first, second].entries()) {
      const busy = { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': wait } };
      cleaning.cloud.fault('listSyncTasks', busy, { nth: index + 1 });
    }
    await cleaning.workOff(contextOf());
    expect(cleaning.sqs.hidden()[0]?.seconds).toBeGreaterThan(190);
  });

  test('leaves to a person the one that needs it, as a request of its own', async () => {
    addTasks('person');
    cleaning.sqs.put(eventOf('person'));
    cleaning.cloud.fault('listSyncTasks', FORBIDDEN, { nth: 2 });
    await expect(cleaning.workOff(contextOf())).resolves.toEqual({ batchItemFailures: [] });
    expect(tasksOf('person')).toEqual(['mirror']);
    expect(cleaning.sqs.deadLettered().map(({ body }): unknown => JSON.parse(body))).toEqual([
      requestIn('mirror', 'person'),
    ]);
  });
});

describe('an event that leads to two organizations', () => {
  const invoke = (repository: string) =>
    cleanInvocation(eventOf(repository), 'invocation-1', noHurry, contextOf());

  test('is answered with both results', async () => {
    addTasks('answered');
    await expect(invoke('answered')).resolves.toEqual({
      results: ['acme', 'mirror'].map((namespace) => ({
        request: requestIn(namespace, 'answered'),
        outcomes: [{ target: DR, task: expect.objectContaining(DR), outcome: 'deleted' }],
      })),
    });
    expect(tasksOf('answered')).toEqual([]);
  });

  test('goes on with the one that will pass, after as long as was asked for', async () => {
    addTasks('later');
    const busy = { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': '300' } };
    cleaning.cloud.fault('listSyncTasks', busy, { nth: 1 });
    await invoke('later');
    expect(tasksOf('later')).toEqual(['acme']);
    expect(cleaning.sqs.ready()).toEqual([]);
    const [delayed] = cleaning.sqs.delayed();
    expect(JSON.parse(delayed?.body ?? '')).toEqual(requestIn('acme', 'later'));
    expect(delayed?.seconds).toBeGreaterThan(290);
  });

  test('leaves to a person the one that needs it, as a request of its own', async () => {
    cleaning.cloud.fault('listSyncTasks', FORBIDDEN, { nth: 1 });
    await invoke('person');
    expect(cleaning.sqs.deadLettered().map(({ body }): unknown => JSON.parse(body))).toEqual([
      requestIn('acme', 'person'),
    ]);
  });
});
