import { describe, expect, test } from '@jest/globals';
import { type HttpRequest, type HttpResponse, httpRequest } from '../../lib/http/http-request.ts';
import { type Answering, type LoopbackServer, respond, useServer } from '../support/loopback-server.ts';

const server = useServer(() => undefined);

function start(answer: Answering): LoopbackServer {
  server.answer = answer;
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
  test('arrives unchanged', async () => {
    const { url, requests } = start((response) => respond(response, 200, 'x'));
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

  test('has no headers about a body when there is none', async () => {
    const { url, requests } = start((response) => respond(response, 200, 'x'));
    await send(url);
    expect(requests[0]?.headers).not.toHaveProperty('content-length');
    expect(requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });
});

describe('an answer', () => {
  test('is returned with its status, headers and body', async () => {
    const { url } = start((response) => respond(response, 418, '漢字', { 'X-Some': 'thing' }));
    expect(await send(url)).toMatchObject({ status: 418, headers: { 'x-some': 'thing' }, body: '漢字' });
  });

  test('is decoded when its pieces split a character', async () => {
    const bytes = Buffer.from('漢字');
    const { url } = start((response) => {
      response.writeHead(200);
      response.write(bytes.subarray(0, 1), () =>
        response.write(bytes.subarray(1, 4), () => response.end(bytes.subarray(4))),
      );
    });
    expect(await send(url)).toMatchObject({ body: '漢字' });
  });

  test.each([301, 302, 303, 307, 308])('with %i is returned, not followed', async (status) => {
    const { url, requests } = start((response) => respond(response, status, '', { Location: '/elsewhere' }));
    expect(await send(url, { headers: { 'X-Auth-Token': 'TOKEN' } })).toMatchObject({
      status,
      headers: { location: '/elsewhere' },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([20 * 1024, 63 * 1024])('can have a header block of %i bytes', async (bytes) => {
    const value = 'x'.repeat(bytes);
    const { url } = start((response) => respond(response, 200, '', { 'X-Long': value }));
    expect(await send(url)).toMatchObject({ headers: { 'x-long': value } });
  });

  test('is rejected with a header block of more than 64 KiB', async () => {
    const { url } = start((response) => respond(response, 200, '', { 'X-Long': 'x'.repeat(66 * 1024) }));
    await expect(send(url)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });

  test.each([false, true])('is rejected when it is too long, chunked: %s', async (chunked) => {
    const { url } = start((response) => {
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
    const { url } = start(answer);
    await expect(send(url, { timeoutMs: 80 })).rejects.toMatchObject({
      name: 'TransportError',
      code: 'TIMEOUT',
      message: expect.stringContaining('no whole answer within 80 ms'),
    });
  });

  test('leaves no timer', async () => {
    const { url } = start((response) => respond(response, 200, 'x'));
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await send(url);
    const before = timers();
    await send(url);
    await expect(send(url, { maxBodyBytes: 0 })).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('closes the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = start((response) => response.on('close', () => closed.resolve()));
    await expect(send(url, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(closed.promise).resolves.toBeUndefined();
  });
});
