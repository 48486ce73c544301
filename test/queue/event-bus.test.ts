import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BusEvent } from '../../lib/queue/event-bus.ts';
import { EventBus } from '../../lib/queue/event-bus.ts';
import { type AwsFault, type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { DR, manyTargets } from '../support/cloud.ts';
import { setVariables } from '../support/environment.ts';
import { type BusOnLoopback, startEventBus } from '../support/event-bus.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';
import { watchReads } from '../support/watch-reads.ts';

const recorded = recordLog();
let bus: BusOnLoopback;
let proxy: AwsProxy;
let restore: () => void;
beforeAll(async () => {
  bus = await startEventBus();
  proxy = await startAwsProxy(bus.endpoint);
  restore = setVariables({ AWS_ENDPOINT_URL_EVENTBRIDGE: proxy.url });
});
afterEach(() => {
  proxy.clear();
  bus.clear();
  recorded.clear();
});
afterAll(async () => {
  restore();
  await proxy.close();
  await bus.close();
});

function deleted(differences: object = {}): BusEvent {
  const detail = { request: cleanupRequest(), repository: 'payments/api', target: DR, outcome: 'deleted' };
  return { type: 'Sync Task Deleted', detail: { ...detail, ...differences } };
}

function times(count: number, differences: object = {}): BusEvent[] {
  return Array.from({ length: count }, (_, index) =>
    deleted({ ...differences, target: { ...DR, remoteNamespace: `mirror-${index}` } }),
  );
}

async function publish(events: readonly BusEvent[], opened = bus.open(recorded.log)): Promise<void> {
  opened.publish(events);
  await opened.flush();
}

test('an event says of which version and stage it is, and then what there is to say', async () => {
  const { detail } = deleted();
  await publish([deleted()]);
  expect(bus.events).toEqual([
    { type: 'Sync Task Deleted', detail: { version: 1, stage: 'test', ...detail } },
  ]);
});

test.each([
  { why: 'nothing needs no call', count: 0, calls: 0 },
  { why: 'one', count: 1, calls: 1 },
  { why: 'as many as one call takes', count: 10, calls: 1 },
  { why: 'one more', count: 11, calls: 2 },
  { why: 'several calls', count: 95, calls: 10 },
])('$count events are sent in $calls calls: $why', async ({ count, calls }) => {
  await publish(times(count));
  expect(bus.calls).toBe(calls);
  const sent = bus.detailsOf('Sync Task Deleted').map(({ target }) => target);
  expect(new Set(sent).size).toBe(count);
  expect(recorded.lines).toEqual([]);
});

test('nothing is sent where there is no bus', async () => {
  await publish(times(3), new EventBus({ name: undefined, stage: 'test', log: recorded.log }));
  expect(bus.calls).toBe(0);
  expect(recorded.lines).toEqual([]);
});

test('a text that XML can not hold arrives whole', async () => {
  const source = 'ä \u0000 \uFFFF 漢 🙂 \uD800';
  await publish([deleted({ request: cleanupRequest({ source }) })]);
  expect(bus.detailsOf('Sync Task Deleted')).toMatchObject([{ request: { source } }]);
});

describe('a detail that is too large', () => {
  const task = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z' };

  test('has its lists and texts cut, and says so', async () => {
    const targets = manyTargets(500);
    await publish(
      times(25, { request: cleanupRequest({ targets }), task: { ...task, note: 'x'.repeat(400) } }),
    );
    expect(bus.detailsOf('Sync Task Deleted')).toHaveLength(25);
    for (const detail of bus.detailsOf('Sync Task Deleted')) {
      expect(detail).toMatchObject({
        truncated: true,
        request: { targets: targets.slice(0, 5) },
        task: { ...task, note: 'x'.repeat(300) },
      });
    }
  });

  test('is not written as a whole for each of many events', async () => {
    const { list: targets, reads } = watchReads(manyTargets(500));
    await publish(times(100, { request: cleanupRequest({ targets }) }));
    expect(bus.detailsOf('Sync Task Deleted')).toHaveLength(100);
    expect(reads()).toBeLessThan(2000);
  });

  test('has no task where that alone is too large', async () => {
    const notes = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`note-${index}`, index]));
    await publish(times(10, { task: { ...task, ...notes } }));
    expect(bus.detailsOf('Sync Task Deleted')).toHaveLength(10);
    for (const detail of bus.detailsOf('Sync Task Deleted')) {
      expect(detail).toMatchObject({ truncated: true, outcome: 'deleted' });
      expect(detail).not.toHaveProperty('task');
    }
  });

  test('is below what ten together may have, whatever characters are in it', async () => {
    const word = '\u0001'.repeat(256);
    const named = { source: word, sourceRepository: word, account: word, namespace: word, repository: word };
    const request = cleanupRequest({ ...named, id: word, targets: manyTargets(500) });
    const failure = { code: 'INVALID_NAME', message: '\u0001'.repeat(9000), retryable: false };
    const failures = Array.from({ length: 500 }, () => failure);
    const failed: BusEvent = { type: 'Cleanup Failed', detail: { request, deadLettered: true, failures } };
    // Without the proxy, the connection is new: on a reused one, so large a call may be repeated on a slow machine.
    const useProxy = setVariables({ AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint });
    await publish(Array.from({ length: 10 }, () => failed));
    useProxy();
    expect(bus.detailsOf('Cleanup Failed')).toHaveLength(10);
    expect(recorded.lines).toEqual([]);
  });

  test('is whole up to that size', async () => {
    const note = 'x'.repeat(20_000);
    await publish([deleted({ task: { ...task, note } })]);
    expect(bus.detailsOf('Sync Task Deleted')).toMatchObject([{ task: { note } }]);
    expect(bus.detailsOf('Sync Task Deleted')[0]).not.toHaveProperty('truncated');
  });
});

describe('what can not be sent is one line in the log', () => {
  const faults: { why: string; fault: AwsFault; code: string }[] = [
    {
      why: 'it may not',
      fault: { status: 400, code: 'AccessDeniedException' },
      code: 'AccessDeniedException',
    },
    { why: 'it fails', fault: { status: 500, code: 'InternalException' }, code: 'InternalException' },
    { why: 'it throttles', fault: { status: 400, code: 'ThrottlingException' }, code: 'ThrottlingException' },
    { why: "a proxy's page", fault: { status: 200, body: '<html></html>' }, code: 'HTTP_200' },
    { why: 'another answer', fault: { status: 200, body: '{}' }, code: 'UNEXPECTED' },
    { why: 'the connection breaks', fault: 'reset in the headers', code: 'ECONNRESET' },
    { why: 'no answer comes', fault: 'hang', code: 'TIMEOUT' },
  ];
  test.each(faults)('$why', async ({ fault, code }) => {
    proxy.failWhere(() => true, fault);
    await expect(publish(times(25))).resolves.toBeUndefined();
    expect(bus.events).toEqual([]);
    expect(recorded.lines).toHaveLength(1);
    expect(recorded.of('not published')).toMatchObject([{ level: 'warn', count: 25, code }]);
  });

  test('where no call is answered, only the first ones are made', async () => {
    const silent = await startLoopbackServer(() => {});
    const undo = setVariables({ AWS_ENDPOINT_URL_EVENTBRIDGE: silent.url });
    try {
      await publish(times(1000));
      expect(recorded.of('not published')).toMatchObject([{ count: 1000, code: 'TIMEOUT' }]);
      expect(silent.requests.length).toBeLessThan(10);
    } finally {
      undo();
      await silent.close();
    }
  });

  test('the others are published if some are rejected', async () => {
    const refusing = await startLoopbackServer((response) =>
      respond(response, 200, {
        FailedEntryCount: 2,
        Entries: [
          { EventId: '1', ErrorCode: null },
          { ErrorCode: 'InternalFailure', ErrorMessage: 'asked for' },
          { ErrorCode: 'ThrottlingException' },
        ],
      }),
    );
    const undo = setVariables({ AWS_ENDPOINT_URL_EVENTBRIDGE: refusing.url });
    try {
      await publish(times(3));
      expect(recorded.of('not published')).toMatchObject([
        { count: 2, code: 'InternalFailure', message: 'asked for' },
      ]);
    } finally {
      undo();
      await refusing.close();
    }
  });
});

test('nothing to tell is no call', async () => {
  await publish([]);
  expect(bus.calls).toBe(0);
});

test('it says who sends it', async () => {
  const server = await startLoopbackServer((response) => respond(response, 200, { Entries: [{}] }));
  const undo = setVariables({ AWS_ENDPOINT_URL_EVENTBRIDGE: server.url });
  try {
    await publish([deleted()], new EventBus({ name: 'the-bus', stage: 'test', log: recorded.log }));
  } finally {
    undo();
    await server.close();
  }
  expect(server.requests.map(({ body }): unknown => JSON.parse(body))).toEqual([
    {
      Entries: [
        {
          EventBusName: 'the-bus',
          Source: 'swr-sync-cleanup',
          DetailType: 'Sync Task Deleted',
          Detail: expect.any(String),
        },
      ],
    },
  ]);
});

test('nothing is left to wait for after a flush', async () => {
  const events = bus.open(recorded.log);
  events.publish(times(1));
  events.publish(times(1));
  await events.flush();
  expect(bus.calls).toBe(2);
  await events.flush();
  expect(bus.calls).toBe(2);
});
