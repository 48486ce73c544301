import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { interpretTrace } from '../../lib/sources/cts-trace.ts';
import { readTraceTime } from '../../lib/sources/trace-time.ts';
import { holds } from '../support/properties.ts';
import { anyText, path, RECEIVED_AT, time, word } from './values.ts';

const FALLBACK = { id: 'fallback', receivedAt: RECEIVED_AT };
const trace = { service_type: 'SWR', trace_name: 'deleteImageRepository', trace_status: 'normal' };
const interpret = (fields: object) => interpretTrace({ ...trace, ...fields }, FALLBACK);

test('a repository is the same wherever a trace names it', async () => {
  await holds(
    fc.property(word, path, (namespace, repository) => {
      // Beside its organization, this would be taken for the full name.
      fc.pre(!repository.startsWith(`${namespace}/`));
      const dollars = repository.replaceAll('/', '$');
      const called = `/v2/manage/namespaces/${namespace}/repos`;
      for (const fields of [
        { request: { namespace }, resource_name: repository },
        { request: { namespace, repository } },
        { request: JSON.stringify({ namespace_name: namespace, repo: dollars }) },
        { resource_name: `${namespace}/${repository}` },
        { message: `DELETE ${called}/${dollars}` },
        { message: `DELETE ${called}/${encodeURIComponent(repository)}?force=true HTTP/1.1` },
        { request: { url: `https://swr-api.example.com${called}/${dollars}/` } },
      ]) {
        const request = { version: 1, id: 'fallback', occurredAt: RECEIVED_AT, namespace, repository };
        expect(interpret(fields)).toEqual({ type: 'request', request });
      }
    }),
  );
});

test('names that contradict each other are none', async () => {
  await holds(
    fc.property(word, word, path, path, (one, other, repository, another) => {
      fc.pre(one !== other && repository !== another);
      const message = `DELETE /v2/manage/namespaces/${one}/repos/${repository.replaceAll('/', '$')}`;
      for (const request of [{ namespace: other }, { repository: another }]) {
        expect(interpret({ message, request })).toMatchObject({ type: 'unreadable' });
      }
    }),
  );
});

test('a trace is a request only if it says that SWR deleted something, and with success', async () => {
  const status = fc.oneof(fc.constantFrom('normal', 'Normal', '', null, undefined), anyText);
  const code = fc.oneof(fc.constantFrom(0, 200, '204', '', undefined), fc.integer(), fc.jsonValue());
  const name = fc.oneof(fc.constantFrom('deleteImageRepository', 'deleteUserNamespace'), anyText);
  const fields = {
    service_type: fc.oneof(fc.constant('SWR'), anyText),
    trace_name: name,
    trace_status: status,
    trace_rating: status,
    code,
    resource_name: fc.constant('acme/api'),
    resource_type: fc.oneof(fc.constantFrom('repository', 'namespace'), anyText),
  };
  await holds(
    fc.property(fc.record(fields), (given) => {
      fc.pre(interpretTrace(given, FALLBACK).type === 'request');
      expect(given.service_type).toBe('SWR');
      expect(given.trace_name).toMatch(
        /^delete(?:ImageRepository|User(?:Namespace|Namesapce)|Repository|Namespace)$/,
      );
      for (const each of [given.trace_status, given.trace_rating])
        expect(each || 'normal').toMatch(/^normal$/i);
      expect(typeof given.code !== 'object' && Number(given.code) >= 300).toBe(false);
    }),
  );
});

test('a time is the same in seconds, in milliseconds and in ISO 8601', async () => {
  const latest = fc.integer({ min: 100_000_000_000, max: 99_999_999_999_999 });
  await holds(
    fc.property(latest, (ms) => {
      const iso = new Date(ms).toISOString();
      const seconds = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
      const read = [ms, String(ms), iso].map(readTraceTime);
      expect(read).toEqual([iso, iso, iso]);
      expect(Math.abs(Date.parse(readTraceTime(seconds) ?? '') - ms)).toBeLessThanOrEqual(1);
    }),
  );
});

test('whatever a time is written as, what is read of it is one, or nothing', async () => {
  await holds(
    fc.property(fc.oneof(fc.double(), fc.bigInt(), time, anyText, fc.jsonValue()), (given) => {
      const read = readTraceTime(given);
      expect(read === undefined || Date.parse(read) >= 0).toBe(true);
    }),
  );
});
