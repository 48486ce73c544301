import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { interpretTrace, readTraceTime } from '../../lib/sources/cts-trace.ts';
import { holds, holdsSlowly, testProperty, testSlowProperty } from '../support/properties.ts';
import { anyText, path, RECEIVED_AT, time, word } from './values.ts';

const FALLBACK = { id: 'fallback', receivedAt: RECEIVED_AT };
const trace = { service_type: 'SWR', trace_name: 'deleteImageRepository', trace_status: 'normal' };
const interpret = (fields: object) => interpretTrace({ ...trace, ...fields }, FALLBACK);

/** Every place that may name the organization, the repository, or both. */
const places = {
  namespace: (name: string) => [
    { request: { namespace: name } },
    { request: { namespace_name: name } },
    { request: { namespaceName: name } },
    { request: JSON.stringify({ namespace: name }) },
    { message: `DELETE /v2/manage/namespaces/${name}` },
  ],
  repository: (name: string) => [
    { resource_name: name },
    { request: { repository: name } },
    { request: { repository_name: name.replaceAll('/', '$') } },
    { request: JSON.stringify({ repo: name }) },
  ],
  both: (namespace: string, name: string): object[] => {
    const call = `/v2/manage/namespaces/${namespace}/repos/${name.replaceAll('/', '$')}`;
    return [
      { resource_name: `${namespace}/${name}` },
      { request: { namespace, repositoryName: name } },
      { request: `DELETE ${call}` },
      { request: { url: `https://swr-api.example.com${call}/` } },
      { message: `DELETE ${call}` },
      { message: `DELETE ${call.replaceAll('$', '%2F')}?force=true HTTP/1.1` },
    ];
  },
};

/** Both in one trace; none where they are the same field, and it has no room for both. */
function join(one: { request?: unknown }, other: { request?: unknown }): object[] {
  const both = [...Object.keys(one), ...Object.keys(other)];
  if (new Set(both).size === both.length) return [{ ...one, ...other }];
  if (typeof one.request !== 'object' || typeof other.request !== 'object') return [];
  const request = { ...one.request, ...other.request };
  const count = Object.keys({ ...one.request }).length + Object.keys({ ...other.request }).length;
  return Object.keys(request).length === count ? [{ request }] : [];
}

testProperty('a repository is the same wherever a trace names it', [word, path], (namespace, repository) => {
  const request = { version: 1, id: 'fallback', occurredAt: RECEIVED_AT, namespace, repository };
  const fields = places.both(namespace, repository);
  // Beside its organization, this may be the full name.
  if (!repository.startsWith(`${namespace}/`)) {
    const others = places.repository(repository);
    fields.push(...places.namespace(namespace).flatMap((one) => others.flatMap((other) => join(one, other))));
  }
  const expected = { type: 'request', request };
  expect(fields.filter((each) => !isDeepStrictEqual(interpret(each), expected))).toEqual([]);
});

testSlowProperty(
  'two places that name different things are no request',
  [word, word, path, path],
  (one, other, repository, another) => {
    fc.pre(one !== other && repository !== another);
    fc.pre(another !== `${one}/${repository}` && repository !== `${other}/${another}`);
    const named = places.both(one, repository);
    const different = [
      ...places.repository(another),
      ...places.both(other, repository),
      ...places.both(one, another),
    ];
    const contradictions = named.flatMap((each) => {
      // The name of a resource with a slash in it may be that of a repository in the other organization.
      const organizations = 'resource_name' in each ? [] : places.namespace(other);
      return [...different, ...organizations].flatMap((second) => join(each, second));
    });
    expect(contradictions.filter((fields) => interpret(fields).type !== 'ignored')).toEqual([]);
  },
);

test('a text in which a path stands counts for nothing', async () => {
  const before = fc.constantFrom(
    'note: ',
    'see DELETE ',
    'delete ',
    '"',
    'DELETE  ',
    '/v2/manage/namespaces/x ',
  );
  await holds([word, path, before, word, word], (namespace, repository, noise, other, another) => {
    const text = `${noise}/v2/manage/namespaces/${other}/repos/${another}`;
    const fields = { resource_name: `${namespace}/${repository}` };
    for (const more of [{ message: text }, { request: text }, { request: { note: text, description: text } }])
      expect(interpret({ ...fields, ...more })).toEqual(interpret(fields));
  });
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
  await holdsSlowly([fc.record(fields)], (given) => {
    fc.pre(interpretTrace(given, FALLBACK).type === 'request');
    expect(given.service_type).toBe('SWR');
    expect(given.trace_name).toMatch(
      /^delete(?:ImageRepository|User(?:Namespace|Namesapce)|Repository|Namespace)$/,
    );
    for (const each of [given.trace_status, given.trace_rating])
      expect(each || 'normal').toMatch(/^normal$/i);
    expect(typeof given.code !== 'object' && Number(given.code) >= 300).toBe(false);
  });
});

test('a time is the same in seconds, in milliseconds and in ISO 8601', async () => {
  const latest = fc.integer({ min: 100_000_000_000, max: 99_999_999_999_999 });
  await holds([latest], (ms) => {
    const iso = new Date(ms).toISOString();
    const seconds = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
    const read = [ms, String(ms), iso].map(readTraceTime);
    expect(read).toEqual([iso, iso, iso]);
    expect(Math.abs(Date.parse(readTraceTime(seconds) ?? '') - ms)).toBeLessThanOrEqual(1);
  });
});

testProperty(
  'whatever a time is written as, what is read of it is one, or nothing',
  [fc.oneof(fc.double(), fc.bigInt(), time, anyText, fc.jsonValue())],
  (given) => {
    const read = readTraceTime(given);
    expect(read === undefined || Date.parse(read) >= 0).toBe(true);
  },
);
