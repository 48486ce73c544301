import { beforeEach, describe, expect, test } from '@jest/globals';
import { Queue } from '../../lib/aws/queue.ts';
import { parseRequest } from '../../lib/cleanup/request.ts';
import type { Deadline } from '../../lib/deadline.ts';
import {
  beginSweep,
  queueRequests,
  type SweepFunctionContext,
  sweepBatch,
} from '../../lib/queue/sweep-batch.ts';
import { HOUR_MS } from '../support/clock.ts';
import { APAC, DR } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { useSqs } from '../support/sqs.ts';
import { type Differences, useSweeping } from '../support/sweeping.ts';

const sweeping = useSweeping();
/** The queue of steps, and that of cleanups. */
const steps = useSqs();
const cleanups = useSqs();
beforeEach(() => sweeping.far.cloud.addOrganization('somebody'));

const apply: Differences = { config: { sweep: { mode: 'apply', maxPercent: 100, targetAccounts: ['far'] } } };

function contextOf(differences: Differences = apply, queueUrl = steps.cleanupQueueUrl): SweepFunctionContext {
  const request = queueRequests(new Queue(cleanups.cleanupQueueUrl));
  return { sweep: sweeping.context({ request, ...differences }), queue: new Queue(queueUrl) };
}

/** Receives a batch of steps, takes them, and deletes what may go. */
async function takeBatch(context = contextOf(), deadline: Deadline = noHurry) {
  const records = await steps.receive();
  const answer = await sweepBatch({ Records: records }, deadline, context);
  await steps.finish(records, answer);
  return answer;
}

/** Carries out what the sweeps have asked for. */
async function cleanAll(): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (const body of cleanups.ready()) {
    const request = parseRequest(JSON.parse(body), { id: 'none' });
    if (!request.ok) throw new Error(body);
    outcomes.push(...(await sweeping.clean(request.value)).outcomes);
  }
  cleanups.empty();
  return outcomes;
}

/** Delivers steps until there are none. */
async function takeAll(context = contextOf()): Promise<void> {
  while (steps.ready().length > 0) await takeBatch(context);
}

test('a schedule begins a sweep: a step in the queue for each organization', async () => {
  sweeping.plant('first', ['api']);
  await expect(beginSweep('s1', noHurry, contextOf())).resolves.toEqual({ sweep: 's1', steps: 2 });
  expect(steps.ready().map((body): unknown => JSON.parse(body))).toEqual([
    { step: 'scan', sweep: 's1', account: 'far', namespace: 'somebody', offset: 0 },
    { step: 'scan', sweep: 's1', account: 'main', namespace: 'first', offset: 0 },
  ]);
  expect(sweeping.recorded.of('sweep started')).toMatchObject([{ sweep: 's1', organizations: 2 }]);
});

test('an invocation that Lambda tries again begins no other sweep', async () => {
  const before = new Date(sweeping.clock.now).toISOString();
  await beginSweep('s2', noHurry, contextOf());
  sweeping.clock.now += HOUR_MS;
  await beginSweep('s2', noHurry, contextOf());
  await expect(contextOf().sweep.ledger.find('s2')).resolves.toMatchObject({ startedAt: before });
  sweeping.clock.now -= HOUR_MS;
});

test('what the steps find is gone once the queues are empty', async () => {
  sweeping.plant('whole', ['api', 'web'], [DR, APAC]);
  await beginSweep('s3', noHurry, contextOf());
  await takeAll();
  expect(sweeping.announced.find(({ id }) => id === 's3')).toMatchObject({ state: 'applied' });
  const outcomes = await cleanAll();
  expect(outcomes).toEqual(
    expect.arrayContaining([expect.objectContaining({ outcome: 'deleted', target: DR })]),
  );
  expect(sweeping.cloud.cloud.tasks('whole').map(({ remoteRegionId }) => remoteRegionId)).toEqual([
    APAC.remoteRegionId,
    APAC.remoteRegionId,
  ]);
});

test('a task that was made anew since the sweep began stays', async () => {
  sweeping.plant('again', ['api']);
  await beginSweep('s4', noHurry, contextOf());
  await takeAll();
  const newer = { ...DR, createdAt: '2026-11-24T03:00:01Z' };
  sweeping.cloud.cloud.addTask({ namespace: 'again', repository: 'api', ...newer });
  await cleanAll();
  expect(sweeping.cloud.cloud.tasks('again')).toHaveLength(1);
});

test('a repository that is at its source again when it is to be cleaned keeps its tasks', async () => {
  sweeping.plant('back', ['api']);
  const routes = [{ from: 'github:acme/{repo}', to: 'back/{repo}', account: 'main' }];
  sweeping.forge.set('acme/canary', 200);
  const context = contextOf({ config: { routes }, canary: 'acme/canary' });
  for (const id of ['s5', 's6']) {
    await beginSweep(id, noHurry, context);
    await takeAll(context);
    sweeping.clock.now += HOUR_MS;
  }
  sweeping.forge.set('acme/api', 200);
  await expect(cleanAll()).resolves.toMatchObject([{ outcome: 'kept', reason: 'still at the source' }]);
  expect(sweeping.cloud.cloud.tasks('back')).toHaveLength(1);
});

describe('a step', () => {
  test.each([
    { why: 'it is no JSON', body: 'scan', says: 'found "scan"' },
    { why: 'it is another one', body: '{"step":"delete"}', says: 'step: expected' },
    { why: 'it is of no sweep', body: '{"step":"finish"}', says: 'sweep: expected a value, found nothing' },
  ])('that can not be read is given back: $why', async ({ body, says }) => {
    steps.put(body);
    await expect(takeBatch()).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: expect.any(String) }],
    });
    expect(sweeping.recorded.of('unreadable step')).toMatchObject([
      { level: 'error', messageId: expect.any(String), reason: expect.stringContaining(says) },
    ]);
  });

  test('that fails is given back, with the reason in the log', async () => {
    sweeping.plant('failing', ['api']);
    await beginSweep('s7', noHurry, contextOf());
    sweeping.cloud.fault('listRepositories', { status: 400, message: 'no' }, { times: 20 });
    steps.empty();
    steps.put({ step: 'scan', sweep: 's7', account: 'main', namespace: 'failing', offset: 0 });
    await expect(takeBatch()).resolves.toMatchObject({ batchItemFailures: [{}] });
    expect(steps.hidden()).toHaveLength(1);
    expect(sweeping.recorded.of('step failed')).toMatchObject([
      { level: 'error', step: 'scan', sweep: 's7', namespace: 'failing', status: 400 },
    ]);
  });

  test('whose next one can not be queued is given back', async () => {
    steps.put({ step: 'start', sweep: 's8', startedAt: '2026-11-24T03:00:00.000Z' });
    const nowhere = `${steps.cleanupQueueUrl}-that-is-not-there`;
    await expect(takeBatch(contextOf(apply, nowhere))).resolves.toMatchObject({ batchItemFailures: [{}] });
    expect(sweeping.recorded.of('step failed')).toHaveLength(1);
  });

  test('for which there is no time returns untouched', async () => {
    steps.put({ step: 'finish', sweep: 'unknown' });
    await expect(takeBatch(contextOf(), allowing(0))).resolves.toMatchObject({ batchItemFailures: [{}] });
    expect(sweeping.recorded.lines).toEqual([]);
  });

  test('that is done may go', async () => {
    steps.put({ step: 'finish', sweep: 'unknown' });
    await expect(takeBatch()).resolves.toEqual({ batchItemFailures: [] });
  });
});
