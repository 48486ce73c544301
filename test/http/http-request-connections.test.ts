import { afterEach, expect, jest, test } from '@jest/globals';
import { type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import { type Answering, respond, useServer } from '../support/loopback-server.ts';

const server = useServer((response) => respond(response, 200, 'ok'));
const breakOff: Answering = (response) => {
  response.writeHead(200, { 'Content-Length': 10 });
  response.write('12345', () => response.socket?.destroy());
};
afterEach(() => {
  jest.restoreAllMocks();
});

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

test('repeats a call when its reused connection breaks at once', async () => {
  await Promise.all([send(), send(), send()]);
  // As after a freeze: the client has not seen that the server has closed all of them.
  server.answer = (response, { connection }) => {
    if (connection <= 3) response.socket?.destroy();
    else respond(response, 200, 'ok');
  };
  expect(await send()).toMatchObject({ status: 200, body: 'ok' });
  expect(Math.max(...connections())).toBe(4);
});

test('reports a repeated call as sentTwice, since the first one may have been carried out', async () => {
  expect(await send()).not.toHaveProperty('sentTwice');
  server.answer = (response, { connection }) => {
    if (connection === 1) response.socket?.destroy();
    else respond(response, 200, 'ok');
  };
  await expect(send()).resolves.toMatchObject({ sentTwice: true });
});

test.each<[why: string, broken: Answering]>([
  ['before the headers', (response) => response.socket?.destroy()],
  ['in the body', breakOff],
])('does not repeat a call when a new connection breaks %s', async (_, broken) => {
  server.answer = broken;
  await expect(send()).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNRESET' });
  expect(server.requests).toHaveLength(1);
});

test('does not repeat a call when the answer has begun on a reused connection', async () => {
  await send();
  server.answer = breakOff;
  await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(server.requests).toHaveLength(2);
});

test('does not repeat a call when the answer on a reused connection is unreadable', async () => {
  await send();
  server.answer = (response) => respond(response, 200, '', { 'X-Long': 'x'.repeat(66 * 1024) });
  await expect(send()).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  expect(connections()).toEqual([1, 1]);
});

test('applies one time limit to a call and its repetition', async () => {
  await send();
  const uptime = process.uptime.bind(process);
  server.answer = (response, { connection }) => {
    if (connection !== 1) return;
    // The first call has taken 59.5 seconds.
    jest.spyOn(process, 'uptime').mockImplementation(() => uptime() + 59.5);
    response.socket?.destroy();
  };
  const startedAt = performance.now();
  await expect(send(60_000)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(connections()).toEqual([1, 1, 2]);
});

test('does not reuse a connection after a timeout', async () => {
  server.answer = () => undefined;
  await expect(send(30)).rejects.toMatchObject({ code: 'TIMEOUT' });
  server.answer = (response) => respond(response, 200, 'ok');
  await send();
  expect(connections()).toEqual([1, 2]);
});

test('fails when no server listens', async () => {
  await server.close();
  await expect(send()).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED' });
});
