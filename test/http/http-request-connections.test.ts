import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

let server: LoopbackServer;
let answer: Answering;
beforeEach(async () => {
  answer = (response) => respond(response, 200, 'ok');
  server = await startLoopbackServer((response, request) => answer(response, request));
});
afterEach(() => server.close());

function send(timeoutMs = 10_000): Promise<HttpResponse> {
  return httpRequest({
    method: 'DELETE',
    url: new URL(server.url),
    headers: {},
    body: '{}',
    timeoutMs,
    maxBodyBytes: 1000,
  });
}

function connections(): number[] {
  return server.requests.map(({ connection }) => connection);
}

test('keeps its connection for the next call', async () => {
  await send();
  await send();
  await send();
  expect(connections()).toEqual([1, 1, 1]);
});

test('opens as many connections as there are calls at the same time, and keeps them', async () => {
  await Promise.all([send(), send(), send()]);
  await Promise.all([send(), send(), send()]);
  expect(new Set(connections()).size).toBe(3);
});

test('opens a new one after the server has closed the idle one', async () => {
  await send();
  await server.closeIdleConnections();
  expect(await send()).toMatchObject({ status: 200 });
  expect(connections()).toEqual([1, 2]);
});

test('makes a call anew where its kept connection breaks at once', async () => {
  await Promise.all([send(), send(), send()]);
  // As after a freeze: the client could not notice that the server has given up all of them.
  answer = (response, { connection }) => {
    if (connection <= 3) response.socket?.destroy();
    else respond(response, 200, 'ok');
  };
  expect(await send()).toMatchObject({ status: 200, body: 'ok' });
  expect(Math.max(...connections())).toBe(4);
});

test('says that a call was made anew, since nobody knows what came of the first one', async () => {
  expect(await send()).not.toHaveProperty('sentTwice');
  answer = (response, { connection }) => {
    if (connection === 1) response.socket?.destroy();
    else respond(response, 200, 'ok');
  };
  await expect(send()).resolves.toMatchObject({ sentTwice: true });
});

test.each<{ why: string; broken: Answering }>([
  { why: 'before the headers', broken: (response) => response.socket?.destroy() },
  {
    why: 'in the body',
    broken: (response) => {
      response.writeHead(200, { 'Content-Length': 10 });
      response.write('12345', () => response.socket?.destroy());
    },
  },
])('does not make a call anew where a new connection breaks $why', async ({ broken }) => {
  answer = broken;
  await expect(send()).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNRESET' });
  expect(server.requests).toHaveLength(1);
});

test('does not make a call anew where the answer has begun on a kept connection', async () => {
  await send();
  answer = (response) => {
    response.writeHead(200, { 'Content-Length': 10 });
    response.write('12345', () => response.socket?.destroy());
  };
  await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(server.requests).toHaveLength(2);
});

test('does not make a call anew where the answer on a kept connection can not be read', async () => {
  await send();
  answer = (response) => respond(response, 200, '', { 'X-Long': 'x'.repeat(66 * 1024) });
  await expect(send()).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  expect(connections()).toEqual([1, 1]);
});

test('has no more time for a call that it makes anew', async () => {
  await send();
  answer = (response, { connection }) => {
    if (connection === 1) setTimeout(() => response.socket?.destroy(), 300);
  };
  const startedAt = performance.now();
  await expect(send(400)).rejects.toMatchObject({ code: 'TIMEOUT' });
  // Twice the whole time would be 700 ms.
  expect(performance.now() - startedAt).toBeLessThan(650);
  expect(connections()).toEqual([1, 1, 2]);
});

test('uses no connection again whose answer was given up', async () => {
  answer = () => undefined;
  await expect(send(30)).rejects.toMatchObject({ code: 'TIMEOUT' });
  answer = (response) => respond(response, 200, 'ok');
  await send();
  expect(connections()).toEqual([1, 2]);
});

test('waits no longer for a server that is gone', async () => {
  await server.close();
  await expect(send()).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED' });
  server = await startLoopbackServer(() => undefined);
});
