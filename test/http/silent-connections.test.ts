import { describe, expect, test } from '@jest/globals';
import { callQueue } from '../../lib/aws/queue.ts';
import { type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import { getFrom } from '../../lib/sources/registry.ts';
import { authorizerOf } from '../huaweicloud/use-cloud.ts';
import { DR } from '../support/cloud.ts';
import { givingUpAfter } from '../support/deadline.ts';
import { useVariables } from '../support/environment.ts';
import { respond, useServer } from '../support/loopback-server.ts';
import { type Silence, startSilentProxy } from '../support/silent-proxy.ts';
import { swrClient } from '../support/swr-client.ts';
import { waitUntil } from '../support/wait-until.ts';

useVariables(() => ({ AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_SQS: undefined }));
const server = useServer((response, { method }) => respond(response, 200, method === 'POST' ? {} : ''));

const LIMIT_MS = 1200;
const SILENCES = ['everything', 'answers'] as const satisfies readonly Silence[];

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
      (await getFrom(new URL(url), undefined, givingUpAfter(LIMIT_MS))) ?? Promise.reject(new Error('none')),
  },
];

function send(url: string, timeoutMs = LIMIT_MS): Promise<HttpResponse> {
  return httpRequest({ method: 'GET', url: new URL(url), headers: {}, timeoutMs, maxBodyBytes: 1000 });
}

const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

describe.each(CALLS)('a call of $name', ({ call }) => {
  test.each(SILENCES)('succeeds over a new connection when the kept one loses %s', async (lost) => {
    await using proxy = await startSilentProxy(server.url);
    await call(proxy.url);
    proxy.silence(lost);
    await call(proxy.url);
    expect(proxy.accepted).toBe(2);
    expect(server.requests).toHaveLength(lost === 'answers' ? 3 : 2);
  });

  test('tries no other dead connection of several, and closes them', async () => {
    await using proxy = await startSilentProxy(server.url);
    await Promise.all(times(4, () => call(proxy.url)));
    expect(proxy.open).toBe(4);
    proxy.silence('everything');
    await call(proxy.url);
    expect(proxy.accepted).toBe(5);
    await waitUntil('one connection is left', () => proxy.open === 1);
    await call(proxy.url);
    expect(proxy.accepted).toBe(5);
  });
});

test('calls over dead connections succeed, however many there are, and no request is sent three times', async () => {
  const rows = [1, 2, 5].flatMap((kept) =>
    [1, 3, 8].flatMap((calls) => SILENCES.map((lost) => ({ kept, calls, lost }))),
  );
  await Promise.all(
    rows.map(async ({ kept, calls, lost }) => {
      await using proxy = await startSilentProxy(server.url);
      await Promise.all(times(kept, () => send(proxy.url)));
      proxy.silence(lost);
      const path = `/${kept}/${calls}/${lost}`;
      const answers = await Promise.all(times(calls, () => send(proxy.url + path)));
      const reused = Math.min(kept, calls);
      expect(answers.filter(({ sentTwice }) => sentTwice === true)).toHaveLength(reused);
      const received = server.requests.filter((request) => request.path === path);
      expect(received).toHaveLength(calls + (lost === 'answers' ? reused : 0));
      expect(proxy.accepted).toBe(kept + calls);
    }),
  );
});

test('leaves the connections to other hosts alone', async () => {
  await using proxy = await startSilentProxy(server.url);
  const other = server.url.replace('127.0.0.1', 'localhost');
  await send(other);
  await send(proxy.url);
  proxy.silence('everything');
  await send(proxy.url);
  await send(other);
  const [first, , , last] = server.requests;
  expect(last?.connection).toBe(first?.connection);
});

test('a new connection has the whole time, and so has an answer that has begun', async () => {
  await using proxy = await startSilentProxy(server.url);
  await send(proxy.url);
  await send(server.url);
  server.answer = (response, { path }) => {
    if (path === '/now') return respond(response, 200, '');
    if (path === '/begun') response.writeHead(200).flushHeaders();
    void thirdIsOver.promise.then(() => response.end());
  };
  const thirdIsOver = Promise.withResolvers<void>();
  proxy.silence('everything');
  const begun = send(`${server.url}/begun`);
  const unanswered = send(`${server.url}/unanswered`);
  // It is answered over a new connection, once a third of its time is over.
  await send(`${proxy.url}/now`);
  thirdIsOver.resolve();
  for (const slow of [begun, unanswered])
    await expect(slow).resolves.toEqual(expect.not.objectContaining({ sentTwice: true }));
  expect(server.requests).toHaveLength(5);
});

test('a call whose new connection is silent as well fails at the end of its time', async () => {
  await send(server.url);
  server.answer = () => undefined;
  await expect(send(server.url, 90)).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining('no whole answer within 90 ms'),
  });
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
});
