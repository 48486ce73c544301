import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { expect, test } from '@jest/globals';
import { httpRequest } from '../../lib/http/http-request.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { startSilentProxy } from '../support/silent-proxy.ts';

const readFixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

test('keeps its connection over TLS as well, and replaces it when it goes silent', async () => {
  const [key, cert] = [readFixture('self-signed.key'), readFixture('self-signed.crt')];
  const trusted = tls.getCACertificates('default');
  const server = await startLoopbackServer((response) => respond(response, 200, 'x'), { key, cert });
  tls.setDefaultCACertificates([...trusted, cert]);
  try {
    await using proxy = await startSilentProxy(server.url);
    const url = new URL(proxy.url);
    const send = () => httpRequest({ method: 'GET', url, headers: {}, timeoutMs: 3000, maxBodyBytes: 1000 });
    expect(await send()).toMatchObject({ status: 200, body: 'x' });
    await send();
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1]);
    proxy.silence('everything');
    expect(await send()).toMatchObject({ status: 200, sentTwice: true });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  } finally {
    tls.setDefaultCACertificates(trusted);
    await server.close();
  }
});
