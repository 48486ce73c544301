import { afterEach, describe, expect, test } from '@jest/globals';
import { type HttpRequest, type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

let server: LoopbackServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(answer: Answering): Promise<LoopbackServer> {
  server = await startLoopbackServer(answer);
  return server;
}

function send(url: string, differences: Partial<HttpRequest> = {}): Promise<HttpResponse> {
  return httpRequest({
    method: 'GET',
    url: new URL(url),
    headers: {},
    timeoutMs: 10_000,
    maxBodyBytes: 1000,
    ...differences,
  });
}

describe('a call', () => {
  test('arrives as it was meant', async () => {
    const { url, requests } = await start((response) => respond(response, 200, 'x'));
    await send(`${url}/a$b/c?d=e%2Ff`, { method: 'DELETE', headers: { 'X-Some': 'thing' }, body: '{"ä":1}' });
    expect(requests).toMatchObject([
      {
        method: 'DELETE',
        path: '/a$b/c?d=e%2Ff',
        headers: { 'x-some': 'thing', 'content-length': '8' },
        body: '{"ä":1}',
      },
    ]);
    expect(requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  test('without a body says nothing about one', async () => {
    const { url, requests } = await start((response) => respond(response, 200, 'x'));
    await send(url);
    expect(requests[0]?.headers).not.toHaveProperty('content-length');
    expect(requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });
});

describe('an answer', () => {
  test('is given with its status, headers and body', async () => {
    const { url } = await start((response) => respond(response, 418, '漢字', { 'X-Some': 'thing' }));
    expect(await send(url)).toMatchObject({ status: 418, headers: { 'x-some': 'thing' }, body: '漢字' });
  });

  test('is put together again where it comes in pieces, even within a letter', async () => {
    const bytes = Buffer.from('漢字');
    const { url } = await start((response) => {
      response.writeHead(200);
      response.write(bytes.subarray(0, 1), () =>
        response.write(bytes.subarray(1, 4), () => response.end(bytes.subarray(4))),
      );
    });
    expect(await send(url)).toMatchObject({ body: '漢字' });
  });

  test.each([301, 302, 303, 307, 308])('with %i is not followed elsewhere', async (status) => {
    const { url, requests } = await start((response) =>
      respond(response, status, '', { Location: '/elsewhere' }),
    );
    expect(await send(url, { headers: { 'X-Auth-Token': 'TOKEN' } })).toMatchObject({
      status,
      headers: { location: '/elsewhere' },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([
    { why: "beyond Node's usual limit", bytes: 20 * 1024 },
    { why: 'nearly 64 KiB', bytes: 63 * 1024 },
  ])('may have a header block of $bytes bytes: $why', async ({ bytes }) => {
    const value = 'x'.repeat(bytes);
    const { url } = await start((response) => respond(response, 200, '', { 'X-Long': value }));
    expect(await send(url)).toMatchObject({ headers: { 'x-long': value } });
  });

  test('may not have a header block beyond 64 KiB', async () => {
    const { url } = await start((response) =>
      respond(response, 200, '', { 'X-Long': 'x'.repeat(66 * 1024) }),
    );
    await expect(send(url)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });

  test.each([
    { why: 'it says so itself', chunked: false },
    { why: 'nobody knows before it comes', chunked: true },
  ])('may not be too long, where $why', async ({ chunked }) => {
    const { url } = await start((response) => {
      if (!chunked) response.setHeader('Content-Length', 1001);
      response.write('x'.repeat(1000));
      response.end('x');
    });
    await expect(send(url)).rejects.toMatchObject({
      name: 'TransportError',
      code: 'BODY_TOO_LARGE',
      message: expect.stringContaining('the answer is longer than 1000 bytes'),
    });
    await expect(send(url, { maxBodyBytes: 1001 })).resolves.toMatchObject({ status: 200 });
  });
});

describe('the time limit', () => {
  test.each<[why: string, answer: Answering]>([
    ['no answer comes', () => undefined],
    ['only headers come', (response) => response.writeHead(200, { 'Content-Length': 5 }).flushHeaders()],
    ['half of the body comes', (response) => response.writeHead(200, { 'Content-Length': 5 }).write('12')],
    [
      'the body comes for ever',
      (response) => {
        const timer = setInterval(() => response.write('x'), 5);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('ends the call where %s', async (_, answer) => {
    const { url } = await start(answer);
    await expect(send(url, { timeoutMs: 80 })).rejects.toMatchObject({
      name: 'TransportError',
      code: 'TIMEOUT',
      message: expect.stringContaining('no whole answer within 80 ms'),
    });
  });

  test('is over with the call, so that nothing is left to be waited for', async () => {
    const { url } = await start((response) => respond(response, 200, 'x'));
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await send(url);
    const before = timers();
    await send(url);
    await expect(send(url, { maxBodyBytes: 0 })).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('closes the connection of what it ends', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await start((response) => response.on('close', () => closed.resolve()));
    await expect(send(url, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(closed.promise).resolves.toBeUndefined();
  });
});
