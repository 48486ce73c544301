import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { expect, test } from '@jest/globals';
import { httpRequest } from '../../lib/http/http-request.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';

const readFixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

test('keeps its connection over TLS as well', async () => {
  const [key, cert] = [readFixture('self-signed.key'), readFixture('self-signed.crt')];
  const trusted = tls.getCACertificates('default');
  const server = await startLoopbackServer((response) => respond(response, 200, 'x'), { key, cert });
  tls.setDefaultCACertificates([...trusted, cert]);
  try {
    const url = new URL(server.url);
    const send = () => httpRequest({ method: 'GET', url, headers: {}, timeoutMs: 5000, maxBodyBytes: 1000 });
    expect(await send()).toMatchObject({ status: 200, body: 'x' });
    await send();
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1]);
  } finally {
    tls.setDefaultCACertificates(trusted);
    await server.close();
  }
});
