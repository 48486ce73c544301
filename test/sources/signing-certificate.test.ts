import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  CertificateKeeper,
  certificateUrl,
  fetchCertificate,
  validatePeriod,
} from '../../lib/sources/signing-certificate.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const NOW = Date.parse('2026-11-24T03:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
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
  ])('none where $why, and asks again after a minute', async ({ answer }) => {
    const { keeper, fetched } = counting(() => answer);
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW)).toBeUndefined();
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW + MINUTE_MS - 1)).toBeUndefined();
    expect(fetched).toHaveLength(1);
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW + MINUTE_MS)).toBeUndefined();
    expect(fetched).toHaveLength(2);
  });

  test('of which one has ended is fetched once a minute at most', async () => {
    const { keeper, fetched } = counting();
    const later = Date.parse('2126-01-01T00:00:00Z');
    expect(await keeper.get(URL_OF_CERTIFICATE, later)).toBeDefined();
    expect(await keeper.get(URL_OF_CERTIFICATE, later + MINUTE_MS - 1)).toBeDefined();
    expect(fetched).toHaveLength(1);
  });

  test('with one fetch for messages that come together', async () => {
    const { keeper, fetched } = counting();
    const all = await Promise.all(Array.from({ length: 5 }, () => keeper.get(URL_OF_CERTIFICATE, NOW)));
    expect(new Set(all).size).toBe(1);
    expect(fetched).toHaveLength(1);
  });

  test('not for a fetch that failed', async () => {
    let isAway = true;
    const keeper = new CertificateKeeper(() =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(certificate),
    );
    const both = [keeper.get(URL_OF_CERTIFICATE, NOW), keeper.get(URL_OF_CERTIFICATE, NOW)];
    for (const one of both) await expect(one).rejects.toThrow('away');
    isAway = false;
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW)).toBeDefined();
  });

  /** Fetches from as many addresses as a stranger likes, and counts those that were allowed. */
  const flood = async (keeper: CertificateKeeper, count: number, nowMs: number) => {
    const urls = Array.from(
      { length: count },
      (_, index) => new URL(`/smn/${index}.pem`, URL_OF_CERTIFICATE),
    );
    const results = await Promise.allSettled(urls.map((url) => keeper.get(url, nowMs)));
    return results.filter(({ status }) => status === 'fulfilled').length;
  };
  const limited = {
    failure: {
      code: 'CERTIFICATE_UNAVAILABLE',
      message: 'more than 10 certificates within a minute: retry later',
      retryable: true,
    },
  };

  test('with ten fetches a minute at most', async () => {
    const { keeper, fetched } = counting();
    expect(await flood(keeper, 1000, NOW)).toBe(10);
    await expect(keeper.get(URL_OF_CERTIFICATE, NOW + MINUTE_MS - 1)).rejects.toMatchObject(limited);
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW + MINUTE_MS)).toBeDefined();
    expect(fetched).toHaveLength(11);
  });

  test('and is not stopped by a clock that is set back', async () => {
    const { keeper } = counting();
    await flood(keeper, 1000, NOW);
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW - MINUTE_MS)).toBeDefined();
  });

  test('those that have verified a message, whatever strangers name', async () => {
    const { keeper, fetched } = counting();
    const genuine = await keeper.get(URL_OF_CERTIFICATE, NOW);
    keeper.trust(URL_OF_CERTIFICATE);
    for (let minute = 1; minute <= 5; minute++) await flood(keeper, 1000, NOW + minute * MINUTE_MS);
    fetched.splice(0);
    expect(await keeper.get(URL_OF_CERTIFICATE, NOW + 5 * MINUTE_MS)).toBe(genuine);
    expect(fetched).toEqual([]);
  });

  test('one that has verified a message, whatever other addresses lead to the same certificate', async () => {
    const { keeper, fetched } = counting();
    for (let index = 0; index < 50; index += 1) {
      // Ten fetches a minute, so that each other address gets its own.
      const nowMs = NOW + index * MINUTE_MS;
      const other = new URL(`/smn/${index}.pem`, URL_OF_CERTIFICATE);
      for (const url of [URL_OF_CERTIFICATE, other]) {
        await keeper.get(url, nowMs);
        keeper.trust(url);
      }
    }
    expect(fetched.filter((path) => path === URL_OF_CERTIFICATE.pathname)).toHaveLength(1);
  });

  test('no more than 20 of the others', async () => {
    const { keeper, fetched } = counting();
    for (let minute = 0; minute <= 2; minute++) {
      const at = NOW + minute * MINUTE_MS;
      for (let index = 0; index < 10; index++)
        await keeper.get(new URL(`/smn/${minute}-${index}.pem`, URL_OF_CERTIFICATE), at);
    }
    fetched.splice(0);
    const at = NOW + 3 * MINUTE_MS;
    await keeper.get(new URL('/smn/1-0.pem', URL_OF_CERTIFICATE), at);
    expect(fetched).toEqual([]);
    await keeper.get(new URL('/smn/0-9.pem', URL_OF_CERTIFICATE), at);
    expect(fetched).toHaveLength(1);
  });

  test.each([
    { why: 'its host is away', answer: undefined },
    { why: 'strangers use up the fetches', answer: certificate },
  ])('that has verified a message goes on where $why, until it ends', async ({ answer }) => {
    let isAway = false;
    const keeper = new CertificateKeeper(() =>
      isAway && answer === undefined ? Promise.reject(new Error('away')) : Promise.resolve(certificate),
    );
    const end = Date.parse('2126-01-01T00:00:00Z');
    const genuine = await keeper.get(URL_OF_CERTIFICATE, end - DAY_MS - MINUTE_MS);
    keeper.trust(URL_OF_CERTIFICATE);
    isAway = true;
    const renewal = end - MINUTE_MS;
    if (answer !== undefined) await flood(keeper, 10, renewal);
    expect(await keeper.get(URL_OF_CERTIFICATE, renewal)).toBe(genuine);
    if (answer !== undefined) await flood(keeper, 10, end);
    await expect(keeper.get(URL_OF_CERTIFICATE, end)).rejects.toThrow(
      answer === undefined ? 'away' : 'more than',
    );
  });

  test('and trusts none that is not kept', async () => {
    const { keeper, fetched } = counting();
    keeper.trust(URL_OF_CERTIFICATE);
    await keeper.get(URL_OF_CERTIFICATE, NOW);
    expect(fetched).toHaveLength(1);
  });
});

describe('the address of a certificate', () => {
  const host = 'smn.cn-north-4.myhuaweicloud.com';
  const urlOf = (address: string) =>
    certificateUrl(address, /^smn\.[a-z0-9-]+\.myhuaweicloud\.com$/, /^\/smn\/\w+\.pem$/);

  test('is one in its plain form', () => {
    expect(urlOf(`https://${host}/smn/SMN.pem`)?.href).toBe(`https://${host}/smn/SMN.pem`);
  });

  test.each([
    `https://${host}/smn/SMN.pem#1`,
    `https://${host}/smn/SMN.pem#`,
    `https://${host}/smn/SMN.pem?1`,
    `https://${host}/smn/SMN.pem?`,
    `https://${host}:443/smn/SMN.pem`,
    `https://${host}:8443/smn/SMN.pem`,
    `https://me@${host}/smn/SMN.pem`,
    `https://:me@${host}/smn/SMN.pem`,
    `https://@${host}/smn/SMN.pem`,
    `http://${host}/smn/SMN.pem`,
    `https://${host.toUpperCase()}/smn/SMN.pem`,
    `HTTPS://${host}/smn/SMN.pem`,
    `https://${host}./smn/SMN.pem`,
    `https:/${host}/smn/SMN.pem`,
    `https:\\\\${host}/smn/SMN.pem`,
    `https://${host}//smn/SMN.pem`,
    `https://${host}/smn//SMN.pem`,
    `https://${host}/smn/./SMN.pem`,
    `https://${host}/x/../smn/SMN.pem`,
    `https://${host}/x/%2e%2e/smn/SMN.pem`,
    `https://${host}/smn/%53MN.pem`,
    `https://${host}/smn/SMN%2epem`,
    `https://${host}/smn/SMN.pem;1`,
    `https://${host}/smn;1/SMN.pem`,
    `https://${host}/smn\\SMN.pem`,
    `https://${host}/smn/SMN.pem/`,
    `https://${host}/smn/SMN.pem%00`,
    `https://${host}/smn/S\tMN.pem`,
    ` https://${host}/smn/SMN.pem`,
    `https://${host}/smn/SMN.pem `,
    `https://${host}/SMN.pem`,
    `https://${host}/smn/x/SMN.pem`,
    `https://${host}/smn/SMN.crt`,
    `https://${host}.evil.test/smn/SMN.pem`,
    `https://evil.test/smn/SMN.pem`,
    'no address',
    '',
  ])('is none in another one: %s', (address) => {
    expect(urlOf(address)).toBeUndefined();
  });
});

test.each([
  { why: 'its first instant', now: '2026-01-01T00:00:00.000Z', valid: true },
  { why: 'just before', now: '2025-12-31T23:59:59.999Z', valid: false },
  { why: 'its last instant', now: '2126-01-01T00:00:00.000Z', valid: true },
  { why: 'just after', now: '2126-01-01T00:00:00.001Z', valid: false },
])('a certificate counts: $valid, at $why', ({ now, valid }) => {
  const issue = validatePeriod(new X509Certificate(certificate), Date.parse(now));
  expect(issue === undefined).toBe(valid);
});
