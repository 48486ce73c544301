import { createHash } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { signSample } from '../../cli/send/senders.ts';
import { callAws } from '../../lib/aws/call.ts';
import { Table } from '../../lib/aws/table.ts';
import { History } from '../../lib/ledger/history.ts';
import type { PublishedEvent } from '../../local/bus.ts';
import { type Emulator, localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type LogLine, parseLine } from '../../start/describe-line.ts';
import { buildStage } from '../support/built-stage.ts';
import { setVariables } from '../support/environment.ts';
import { faultsOfEvent } from '../support/event-schemas.ts';
import { readFixture } from '../support/fixture.ts';
import { parseMetricLine } from '../support/metric-line.ts';
import { waitUntil } from '../support/wait-until.ts';

const GITHUB_SECRET = 'github-secret-of-this-test';
const answerSchema = v.object({ id: v.optional(v.string()) });
const JSON_TYPE = { 'Content-Type': 'application/json' };
const STANDARD_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const PASSWORD = localSeed.users?.[0]?.password ?? '';

let built: Awaited<ReturnType<typeof buildStage>>;
let emulator: Emulator;
let stack: Stack;
let restore: () => void;
const printed: string[] = [];
const events: PublishedEvent[] = [];

beforeAll(async () => {
  [built, emulator] = await Promise.all([buildStage('local'), startEmulator({ seed: localSeed })]);
  stack = await startStack({
    distDir: built.distDir,
    env: {
      LOG_LEVEL: 'debug',
      ...emulator.env,
      GITHUB_WEBHOOK_SECRET: GITHUB_SECRET,
      STANDARD_WEBHOOKS_SECRET: STANDARD_SECRET,
    },
    sweepers: 1,
    onLine: (line) => printed.push(line),
    onEvent: (event) => events.push(event),
  });
  restore = setVariables(stack.env);
}, 30_000);

afterAll(async () => {
  restore();
  await stack.close();
  await emulator.close();
  await built.remove();
});

const tasksOf = (repository: string) => emulator.cloud.tasks('acme-images', repository);
const post = async (path: string, headers: Record<string, string>, body: string) => {
  const response = await fetch(`${stack.url}${path}`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
};

/** Gives a new repository two tasks. */
function addTasks(repository: string): void {
  emulator.cloud.addRepository('acme-images', repository);
  for (const remoteNamespace of ['acme-dr', 'acme-apac'])
    emulator.cloud.addTask({
      namespace: 'acme-images',
      repository,
      remoteRegionId: 'cn-east-3',
      remoteNamespace,
    });
}

async function deliver(repository: string, secret = GITHUB_SECRET) {
  const { headers, body } = signSample('github', { repository: `acme/${repository}` }, secret);
  const answer = await fetch(`${stack.url}/webhooks/github`, { method: 'POST', headers, body });
  const { id = '' } = v.parse(answerSchema, await answer.json());
  return { id, deliveryId: headers['X-GitHub-Delivery'] ?? '', status: answer.status };
}

/** Lines that a function has printed since then, without metrics. */
function linesOf(name: string, since: number): LogLine[] {
  const lines = printed.slice(since).flatMap((line) => parseLine(line) ?? []);
  return lines.filter((line) => line.function === name && line.event !== 'metrics');
}

const eventsOf = (lines: readonly LogLine[]) => lines.map(({ event }) => event);

describe('what the bundles print', () => {
  test('one id leads from the webhook to every deletion, through all that is written on the way', async () => {
    addTasks('followed');
    const since = printed.length;
    const { id, deliveryId, status } = await deliver('followed');
    expect(status).toBe(202);
    const ended = () => linesOf('clean', since).some(({ event }) => event === 'cleaned');
    await waitUntil('it is cleaned', ended);

    const received = linesOf('receive', since);
    expect(eventsOf(received)).toEqual(['received', 'verified', 'routed', 'queued']);
    // The sender's own id is in every line; that of the requests is made of what was verified.
    expect(received).toMatchObject(received.map(() => ({ deliveryId })));
    const [awsRequestId, ...others] = new Set(received.map((line) => line['awsRequestId']));
    expect(awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(others).toEqual([]);
    expect(received.slice(2)).toMatchObject([{ id }, { id }]);

    const cleaned = linesOf('clean', since);
    expect(eventsOf(cleaned)).toEqual(
      expect.arrayContaining(['requested', 'called', 'listed', 'deleted', 'cleaned']),
    );
    expect(cleaned.filter((line) => line['id'] !== id)).toEqual([]);
    expect(new Set(cleaned.map((line) => line['messageId'])).size).toBe(1);
    expect(new Set(cleaned.map((line) => line['awsRequestId'])).size).toBe(1);

    // The first request logs in for all.
    const logins = linesOf('clean', 0).filter(({ event }) => event === 'token');
    expect(logins).toMatchObject([{ id: expect.stringMatching(/^webhook:github:[0-9a-f]{64}$/) }]);

    const told = () => events.filter(({ detail }) => JSON.stringify(detail).includes(`"id":"${id}"`));
    await waitUntil('the deletions are published', () => told().length === 2);
    const entries = await Array.fromAsync(new History(new Table(stack.ledger.table)).ofDelivery(id));
    expect(entries.map(({ kind }) => kind)).toEqual(['request', 'task', 'task']);
  });

  test('it leads on through what comes back, and into the dead-letter queue', async () => {
    emulator.fault('listSyncTasks', { status: 503 });
    emulator.fault('listSyncTasks', { status: 403, code: 'SVCSTG.SWR.4030170' }, { nth: 2 });
    const since = printed.length;
    const first = await deliver('followed');
    const about = (id: string) => linesOf('clean', since).filter((line) => line['id'] === id);
    await waitUntil('it is retried', () => eventsOf(about(first.id)).includes('retried'));
    const second = await deliver('followed');
    await waitUntil('it is dead-lettered', () => eventsOf(about(second.id)).includes('dead-lettered'));
    expect(linesOf('clean', since).filter(({ id }) => id !== first.id && id !== second.id)).toEqual([]);
    const letters = stack.queues.deadLetters().map(({ attributes }) => attributes['request']);
    expect(letters).toContainEqual(expect.stringContaining(`"id":"${second.id}"`));
  });

  test('a rejected delivery can be found by the id of its invocation', async () => {
    const since = printed.length;
    expect(await deliver('followed', 'another secret')).toMatchObject({ status: 401 });
    const lines = linesOf('receive', since);
    expect(eventsOf(lines)).toEqual(['received', 'rejected']);
    expect(new Set(lines.map((line) => line['awsRequestId'])).size).toBe(1);
  });

  test('an invocation ends with one line of what was measured', async () => {
    const since = printed.length;
    const measured = (name: string) => {
      const lines = printed.slice(since).filter((line) => line.startsWith('{"_aws":'));
      return lines.map(parseMetricLine).filter(({ fields }) => fields['function'] === name);
    };
    addTasks('measured');
    await deliver('measured');
    await waitUntil('it is measured', () => measured('clean').length > 0);
    expect(measured('receive').map(({ values }) => values)).toEqual([{ WebhooksAccepted: [1] }]);
    const [line] = measured('clean');
    expect(line?.values).toMatchObject({
      Requests: [1],
      TasksDeleted: [2],
      EventAge: [expect.any(Number), expect.any(Number)],
    });
    expect(line?.values['SwrLatency']).toHaveLength(3);
    const [listed] = linesOf('clean', since);
    expect(line?.fields).toMatchObject({ Stage: 'local', awsRequestId: listed?.['awsRequestId'] });
  });
});

describe('the bundles, end to end', () => {
  test('a signed webhook ends with the tasks deleted', async () => {
    const { headers, body } = signSample('github', { repository: 'acme/hello-world' }, GITHUB_SECRET);
    const id = `webhook:github:${createHash('sha256').update(body).digest('hex')}`;
    expect(await post('/webhooks/github', headers, body)).toMatchObject({ status: 202, body: { id } });
    await waitUntil('the tasks are gone', () => tasksOf('hello-world').length === 0);

    const event = {
      source: 'swr-sync-cleanup',
      'detail-type': 'Sync Task Deleted',
      queued: false,
      detail: { request: { id }, repository: 'hello-world' },
    };
    const told = () => events.filter(({ detail }) => JSON.stringify(detail).includes(id));
    await waitUntil('the deletions are told', () => told().length === 2);
    expect(told()).toMatchObject([event, event]);
    await expect(
      Array.fromAsync(new History(new Table(stack.ledger.table)).ofDelivery(id)),
    ).resolves.toMatchObject([
      { kind: 'request', source: 'github', counts: { deleted: 2 } },
      { kind: 'task', outcome: 'deleted' },
      { kind: 'task', outcome: 'deleted' },
    ]);
  });

  test('a webhook in a type that the HTTP API takes for binary is read as well', async () => {
    const { headers, body } = signSample('github', { repository: 'acme/unknown' }, GITHUB_SECRET);
    const binary = { ...headers, 'Content-Type': 'application/octet-stream' };
    expect(await post('/webhooks/github', binary, body)).toMatchObject({ status: 415 });
  });

  test('a forged webhook deletes nothing', async () => {
    const { headers, body } = signSample('github', { repository: 'acme/web' }, 'another secret');
    expect(await post('/webhooks/github', headers, body)).toMatchObject({ status: 401 });
  });

  test('an event on the bus ends with the tasks deleted', async () => {
    const Detail = JSON.stringify({ namespace: 'acme-images', repository: 'payments/api' });
    const Entries = [{ Source: 'shop', DetailType: 'Repository Deleted', Detail }];
    const headers = { 'X-Amz-Target': 'AWSEvents.PutEvents', 'Content-Type': 'application/x-amz-json-1.1' };
    expect(await post('/', headers, JSON.stringify({ Entries }))).toMatchObject({
      body: { FailedEntryCount: 0 },
    });
    await waitUntil('the tasks are gone', () => tasksOf('payments/api').length === 0);
  });

  test('a deletion in ECR goes by its route', async () => {
    emulator.cloud.addRepository('acme-images', 'team/app');
    const target = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
    emulator.cloud.addTask({ namespace: 'acme-images', repository: 'team/app', ...target });
    const { detail: recorded } = v.parse(
      v.object({ detail: v.looseObject({}) }),
      readFixture('eventbridge/ecr-delete-repository'),
    );
    // The task was made just now, and the recorded deletion is older.
    const detail = { ...recorded, eventTime: new Date(Date.now() + 1000).toISOString() };
    stack.putEvents({
      Entries: [
        { Source: 'aws.ecr', DetailType: 'AWS API Call via CloudTrail', Detail: JSON.stringify(detail) },
      ],
    });
    await waitUntil('the task is gone', () => tasksOf('team/app').length === 0);
    expect(emulator.journal.of('deleteSyncTask').at(-1)).toMatchObject({
      repository: 'team/app',
      status: 200,
    });
  });

  test('a direct invocation answers with the outcomes', async () => {
    const payload = JSON.stringify({ namespace: 'acme-images', repository: 'payments/worker' });
    expect(await post('/2015-03-31/functions/clean/invocations', JSON_TYPE, payload)).toEqual({
      status: 200,
      body: {
        request: {
          version: 1,
          id: expect.any(String),
          namespace: 'acme-images',
          repository: 'payments/worker',
        },
        outcomes: [
          {
            target: { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' },
            outcome: 'deleted',
            task: expect.objectContaining({
              remoteRegionId: 'cn-east-3',
              remoteNamespace: 'acme-dr',
              syncAuto: true,
            }),
          },
        ],
      },
    });
  });

  test('a message that nothing can read is dead-lettered with the reason', async () => {
    stack.queues.send('not a request');
    const find = () => stack.queues.deadLetters().find(({ body }) => body === 'not a request');
    await waitUntil('it is dead-lettered', () => find() !== undefined);
    expect(find()).toEqual({
      body: 'not a request',
      attributes: { code: 'UNREADABLE', reason: expect.stringContaining('found "not a request"') },
    });
  });

  test('a denied repository keeps its tasks', async () => {
    const before = emulator.cloud.tasks('platform');
    expect(await stack.invoke('clean', { namespace: 'platform', repository: 'base-image' })).toMatchObject({
      outcomes: [{ outcome: 'kept', reason: 'denied', rule: 'platform/**' }],
    });
    expect(emulator.cloud.tasks('platform')).toEqual(before);
  });
});

describe('a sweep', () => {
  test('begins when it is invoked, and ends with the tasks deleted that are not allowed', async () => {
    const targets = () => tasksOf('web').map(({ remoteNamespace }) => remoteNamespace);
    expect(targets()).toContain('acme-emea');
    expect(await post('/2015-03-31/functions/sweep/invocations', JSON_TYPE, '{}')).toMatchObject({
      status: 200,
    });
    await waitUntil('the task is gone', () => !targets().includes('acme-emea'));
    expect(targets()).toEqual(['acme-apac']);
    const finished = () => events.filter((event) => event['detail-type'] === 'Sweep Finished');
    await waitUntil('the sweep is told', () => finished().length > 0);
    const [event] = finished();
    expect(event).toMatchObject({ detail: { state: 'applied', counts: { denied: 2 } } });
    expect(faultsOfEvent('Sweep Finished', event?.detail)).toEqual([]);
  });
});

test('a function that is not there can not be invoked', async () => {
  expect(await post('/2015-03-31/functions/nothing/invocations', JSON_TYPE, '{}')).toMatchObject({
    status: 404,
  });
});

test('another process finds everything with what the stack tells', async () => {
  for (const variable of ['CLEANUP_QUEUE_URL', 'DEAD_LETTER_QUEUE_URL', 'SWEEP_QUEUE_URL'] as const) {
    const input = { QueueUrl: stack.env[variable], AttributeNames: ['QueueArn'] };
    await callAws({ service: 'sqs', action: 'GetQueueAttributes', input, timeoutMs: 5000 });
  }
  expect(Object.values(stack.env).join(' ')).toContain('/swr-sync-cleanup-local-sweep');
});

describe('after a deletion', () => {
  beforeAll(async () => {
    const target = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
    emulator.cloud.addTask({ namespace: 'acme-images', repository: 'more', ...target });
    await stack.invoke('clean', { namespace: 'acme-images', repository: 'more' });
  });

  test('what is told on the bus is as it is documented', () => {
    const told = events.filter(({ source }) => source === 'swr-sync-cleanup');
    expect(told.length).toBeGreaterThan(0);
    expect(told.flatMap((event) => faultsOfEvent(event['detail-type'], event.detail))).toEqual([]);
  });

  test('nothing else was touched, and nothing printed or told has a secret in it', () => {
    expect(tasksOf('web').map(({ remoteNamespace }) => remoteNamespace)).toContain('acme-apac');
    const everything = [...printed, JSON.stringify(events)].join('\n');
    expect(everything).toContain('"event":"deleted"');
    for (const secret of [GITHUB_SECRET, STANDARD_SECRET.slice('whsec_'.length), PASSWORD, 'X-Auth-Token']) {
      expect(everything).not.toContain(secret);
    }
  });
});

test('a stack whose function can not start stops all the rest, and says why', async () => {
  const distDir = `${built.distDir}-without-clean`;
  await cp(built.distDir, distDir, { recursive: true });
  // `receive` has all that it needs, so it would run on.
  await rm(join(distDir, 'clean.mjs'));
  await expect(startStack({ distDir, env: {} })).rejects.toThrow('clean.mjs has ended. ');
  await rm(distDir, { recursive: true });
});
