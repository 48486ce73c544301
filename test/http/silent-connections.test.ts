import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { callQueue } from '../../lib/aws/queue.ts';
import { type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import { getFrom } from '../../lib/sources/registry.ts';
import { authorizerOf } from '../huaweicloud/use-cloud.ts';
import { caught } from '../support/caught.ts';
import { DR } from '../support/cloud.ts';
import { givingUpAfter } from '../support/deadline.ts';
import { AWS_ACCESS, useVariables } from '../support/environment.ts';
import { respond, useServer } from '../support/loopback-server.ts';
import { type Silence, startSilentProxy } from '../support/silent-proxy.ts';
import { swrClient } from '../support/swr-client.ts';

useVariables(() => ({ ...AWS_ACCESS, AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_SQS: undefined }));
const server = useServer((response, { method }) => respond(response, 200, method === 'POST' ? {} : ''));

const LIMIT_MS = 9000;
const SILENCES = ['everything', 'answers'] as const satisfies readonly Silence[];

// The time limits of calls pass when a test says so. Everything else runs in real time.
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: [
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'nextTick',
      'queueMicrotask',
      'Date',
      'hrtime',
      'performance',
    ],
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Waits in real time, which `waitUntil` can't do under the injected clock. */
async function until(holdsNow: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!holdsNow()) {
    if (performance.now() > giveUpAt) throw new Error('waited in vain');
    await nextTurn();
  }
}

/** Waits until so many calls wait for an answer. */
const waiting = (calls: number) => until(() => jest.getTimerCount() === calls);

async function passThird(): Promise<void> {
  // A request has its connection just after its call.
  await nextTurn();
  jest.advanceTimersByTime(LIMIT_MS / 3);
}

/** The three kinds of calls, one of each. */
const CALLS: readonly { name: string; call: (url: string) => Promise<unknown> }[] = [
  {
    name: 'AWS',
    call: (url) => callQueue(`${url}/1/cleanup`, 'SendMessage', { MessageBody: '{}' }, LIMIT_MS),
  },
  {
    name: 'Huawei Cloud',
    call: (url) =>
      swrClient(url, authorizerOf(url)).deleteSyncTask('acme', 'api', DR, givingUpAfter(LIMIT_MS)),
  },
  {
    name: 'a registry',
    call: async (url) =>
      (await getFrom(new URL(`${url}/v2/`), undefined, givingUpAfter(LIMIT_MS))) ??
      Promise.reject(new Error('none')),
  },
];

function send(url: string): Promise<HttpResponse> {
  return httpRequest({
    method: 'GET',
    url: new URL(url),
    headers: {},
    timeoutMs: LIMIT_MS,
    maxBodyBytes: 1000,
  });
}

const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

/** Leaves so many idle connections. */
async function keep(count: number, call: () => Promise<unknown>): Promise<void> {
  await Promise.all(times(count, call));
  // A connection becomes idle just after the answer.
  await nextTurn();
}

describe.each(CALLS)('a call of $name', ({ call }) => {
  test.each(SILENCES)('succeeds over a new connection when the kept one loses %s', async (lost) => {
    await using proxy = await startSilentProxy(server.url);
    await keep(1, () => call(proxy.url));
    proxy.silence(lost);
    const calling = call(proxy.url);
    await waiting(1);
    if (lost === 'answers') await until(() => server.requests.length === 2);
    await passThird();
    await calling;
    expect(proxy.accepted).toBe(2);
    expect(server.requests).toHaveLength(lost === 'answers' ? 3 : 2);
  });

  test('tries no other dead connection of several, and closes them', async () => {
    await using proxy = await startSilentProxy(server.url);
    await keep(4, () => call(proxy.url));
    expect(proxy.open).toBe(4);
    proxy.silence('everything');
    const calling = call(proxy.url);
    await waiting(1);
    await passThird();
    await calling;
    expect(proxy.accepted).toBe(5);
    await until(() => proxy.open === 1);
    await call(proxy.url);
    expect(proxy.accepted).toBe(5);
  });
});

const numbers = [1, 2, 5].flatMap((kept) =>
  [1, 3, 8].flatMap((calls) => SILENCES.map((lost) => ({ kept, calls, lost }))),
);

test.each(numbers)(
  'dead connections fail no call, and no request is sent three times: calls $calls, connections $kept, lost $lost',
  async ({ kept, calls, lost }) => {
    await using proxy = await startSilentProxy(server.url);
    await keep(kept, () => send(proxy.url));
    proxy.silence(lost);
    const received = () => server.requests.length - kept;
    const calling = Promise.all(times(calls, () => send(proxy.url)));
    const reused = Math.min(kept, calls);
    await waiting(reused);
    if (lost === 'answers') await until(() => received() === calls);
    await passThird();
    const answers = await calling;
    expect(answers.filter(({ sentTwice }) => sentTwice === true)).toHaveLength(reused);
    expect(received()).toBe(calls + (lost === 'answers' ? reused : 0));
    expect(proxy.accepted).toBe(kept + calls);
  },
);

test('leaves the connections to other hosts alone', async () => {
  await using proxy = await startSilentProxy(server.url);
  await keep(1, () => send(server.url));
  await keep(1, () => send(proxy.url));
  proxy.silence('everything');
  const calling = send(proxy.url);
  await passThird();
  await calling;
  await send(server.url);
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, 3, 1]);
});

test.each([
  { what: 'a new connection', warm: false, answer: undefined },
  { what: 'an answer that has begun on a reused connection', warm: true, answer: 'begun' },
])('$what has the whole time', async ({ warm, answer }) => {
  if (warm) await keep(1, () => send(server.url));
  const answering = Promise.withResolvers<() => void>();
  server.answer = (response) => {
    if (answer === 'begun') response.writeHead(200).flushHeaders();
    answering.resolve(() => void response.end());
  };
  const limits = jest.spyOn(globalThis, 'setTimeout');
  const calling = send(server.url);
  const finish = await answering.promise;
  // Its limit is set anew when its answer begins.
  if (answer === 'begun') await until(() => limits.mock.calls.length === 2);
  jest.advanceTimersByTime(LIMIT_MS / 2);
  finish();
  await expect(calling).resolves.toEqual(expect.not.objectContaining({ sentTwice: true }));
});

test('a call whose new connection is silent as well fails at the end of its time', async () => {
  await keep(1, () => send(server.url));
  server.answer = () => undefined;
  const failing = caught(send(server.url));
  await until(() => server.requests.length === 2);
  await passThird();
  await until(() => server.requests.length === 3);
  jest.advanceTimersByTime(LIMIT_MS);
  expect(await failing).toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining(`no whole answer within ${LIMIT_MS} ms`),
  });
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
});
