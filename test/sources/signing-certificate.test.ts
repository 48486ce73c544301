import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  CertificateKeeper,
  faultOfValidity,
  fetchCertificate,
} from '../../lib/sources/signing-certificate.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const NOW = Date.parse('2026-11-24T03:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const URL_OF_CERTIFICATE = new URL('https://smn.cn-north-4.myhuaweicloud.com/smn/SMN.pem');

const readText = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const certificate = readText('huawei-smn/signing.crt');
const key = readText('huawei-smn/signing.key');

describe('fetching the certificate', () => {
  let server: LoopbackServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const fetchFrom = async (status: number, body: string) => {
    server = await startLoopbackServer((response) => respond(response, status, body));
    return fetchCertificate(new URL(`${server.url}/smn/SMN.pem`));
  };

  test('gives it as it was sent', async () => {
    expect(await fetchFrom(200, certificate)).toBe(certificate);
    expect(server?.requests).toMatchObject([{ method: 'GET', path: '/smn/SMN.pem', body: '' }]);
  });

  test.each([301, 302, 403, 404])('gives none for %d, and follows nothing', async (status) => {
    expect(await fetchFrom(status, certificate)).toBeUndefined();
    expect(server?.requests).toHaveLength(1);
  });

  test.each([429, 500, 503])('fails for %d: another time it may be there', async (status) => {
    await expect(fetchFrom(status, certificate)).rejects.toThrow(`answered ${status}`);
  });

  test('fails for more than 64 KiB', async () => {
    await expect(fetchFrom(200, 'x'.repeat(64 * 1024 + 1))).rejects.toThrow('longer than 65536 bytes');
  });
});

describe('keeping certificates', () => {
  const counting = (answer: () => string | undefined = () => certificate) => {
    const fetched: string[] = [];
    const keeper = new CertificateKeeper((url) => {
      fetched.push(url.pathname);
      return Promise.resolve(answer());
    });
    return { keeper, fetched };
  };

  test('for a day', async () => {
    const { keeper, fetched } = counting();
    await keeper.get(URL_OF_CERTIFICATE, NOW);
    await keeper.get(URL_OF_CERTIFICATE, NOW + DAY_MS - 1);
    expect(fetched).toHaveLength(1);
    await keeper.get(URL_OF_CERTIFICATE, NOW + DAY_MS);
    expect(fetched).toHaveLength(2);
  });

  test('not beyond their end', async () => {
    const end = Date.parse('2126-01-01T00:00:00Z');
    const { keeper, fetched } = counting();
    await keeper.get(URL_OF_CERTIFICATE, end - 1000);
    await keeper.get(URL_OF_CERTIFICATE, end - 1);
    expect(fetched).toHaveLength(1);
    await keeper.get(URL_OF_CERTIFICATE, end);
    expect(fetched).toHaveLength(2);
  });

  test.each([
    { why: 'nothing was found', answer: undefined },
    { why: 'it was something else', answer: '<html>' },
    { why: 'it was a key', answer: key },
    { why: 'it was cut off', answer: certificate.slice(0, 300) },
  ])('none where $why, and asks again', async ({ answer }) => {
    const { keeper, fetched } = counting(() => answer);
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW)).toBeUndefined();
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW)).toBeUndefined();
    expect(fetched).toHaveLength(2);
  });

  test('no more than 20, the newest', async () => {
    const { keeper, fetched } = counting();
    for (let i = 0; i <= 20; i++) await keeper.get(new URL(`/${i}`, URL_OF_CERTIFICATE), NOW);
    await keeper.get(new URL('/1', URL_OF_CERTIFICATE), NOW);
    expect(fetched).toHaveLength(21);
    await keeper.get(new URL('/0', URL_OF_CERTIFICATE), NOW);
    expect(fetched).toHaveLength(22);
  });
});

test.each([
  { why: 'its first instant', now: '2026-01-01T00:00:00.000Z', valid: true },
  { why: 'just before', now: '2025-12-31T23:59:59.999Z', valid: false },
  { why: 'its last instant', now: '2126-01-01T00:00:00.000Z', valid: true },
  { why: 'just after', now: '2126-01-01T00:00:00.001Z', valid: false },
])('a certificate counts: $valid, at $why', ({ now, valid }) => {
  const fault = faultOfValidity(new X509Certificate(certificate), Date.parse(now));
  expect(fault === undefined).toBe(valid);
});
