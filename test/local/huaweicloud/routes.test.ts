import { expect, test } from '@jest/globals';
import { expectError, readCode, syncRepo, useAcme } from './acme.ts';
import { sendRequest } from './send-request.ts';

const acme = useAcme({ loggedIn: true });

test.each([
  { why: 'there is no such thing', method: 'GET', path: '/v2/manage/nothing' },
  { why: 'the method is another', method: 'PUT', path: syncRepo('hello') },
  { why: 'the method of a fixed path is another', method: 'DELETE', path: '/v2/manage/namespaces' },
  { why: 'a slash is not escaped', method: 'GET', path: syncRepo('payments/api') },
  { why: 'a slash is escaped the usual way', method: 'GET', path: syncRepo('payments%2Fapi') },
  { why: 'the repository is missing', method: 'GET', path: syncRepo('') },
  { why: 'there is a slash too many', method: 'GET', path: `${syncRepo('hello')}/` },
  { why: 'an escape is broken', method: 'GET', path: syncRepo('hello%2') },
  { why: 'the version is missing', method: 'POST', path: '/auth/tokens' },
])('answers $method $path as a bad route: $why', async ({ method, path }) => {
  const reply = await sendRequest(acme.url, { method, path, headers: acme.headers });
  expectError(reply, 404, 'APIGW.0101');
  expect(acme.journal.of('unknown')).toMatchObject([{ method, path, status: 404 }]);
});

test('finds a bad route before it looks at the token', async () => {
  expect(readCode(await sendRequest(acme.url, { path: '/v2/manage/nothing' }))).toBe('APIGW.0101');
});

test.each([
  { why: 'capitals', namespace: 'Acme', repository: 'hello' },
  { why: 'a digit first', namespace: '1acme', repository: 'hello' },
  { why: 'a separator last', namespace: 'acme-', repository: 'hello' },
  { why: 'two separators', namespace: 'a.-b', repository: 'hello' },
  { why: 'three underscores', namespace: 'a___b', repository: 'hello' },
  { why: 'a slash', namespace: 'a$b', repository: 'hello' },
  { why: '65 characters', namespace: 'a'.repeat(65), repository: 'hello' },
  { why: 'capitals', namespace: 'acme', repository: 'Hello' },
  { why: 'a separator first', namespace: 'acme', repository: '-hello' },
  { why: 'a slash last', namespace: 'acme', repository: 'hello$' },
  { why: 'two slashes', namespace: 'acme', repository: 'a$$b' },
  { why: 'a slash beside another separator', namespace: 'acme', repository: 'a$-b' },
  { why: '129 characters', namespace: 'acme', repository: 'a'.repeat(129) },
  { why: 'a space', namespace: 'acme', repository: 'a%20b' },
])('rejects the name $namespace/$repository: $why', async ({ namespace, repository }) => {
  const reply = await sendRequest(acme.url, { path: syncRepo(repository, namespace), headers: acme.headers });
  expectError(reply, 400, 'SVCSTG.SWR.4000014');
});

test.each([
  { why: 'one letter', namespace: 'a', repository: 'b' },
  { why: 'a digit first', namespace: 'a1', repository: '1b' },
  { why: 'two underscores', namespace: 'a__b', repository: 'a__b' },
  { why: 'every separator', namespace: 'a.b-c_d', repository: 'a.b-c_d/e' },
  { why: 'the greatest length', namespace: 'a'.repeat(64), repository: 'b'.repeat(128) },
])('takes the name $namespace/$repository: $why', async ({ namespace, repository }) => {
  acme.cloud.addRepository(namespace, repository);
  const path = syncRepo(repository.replaceAll('/', '$'), namespace);
  expect((await sendRequest(acme.url, { path, headers: acme.headers })).status).toBe(200);
});

test('does not let a test put in a name that SWR cannot hold', () => {
  expect(() => acme.cloud.addRepository('acme', 'Hello')).toThrow('Hello');
  expect(() => acme.cloud.addOrganization('Acme')).toThrow('Acme');
});

test('lists organizations', async () => {
  const reply = await sendRequest(acme.url, { path: '/v2/manage/namespaces', headers: acme.headers });
  expect(JSON.parse(reply.body)).toEqual({
    namespaces: [
      { id: 1, name: 'acme', creator_name: 'acme', auth: 7 },
      { id: 2, name: 'other', creator_name: 'acme', auth: 7 },
    ],
  });
});

test.each([
  ['a first page', 'namespace=acme&limit=2&offset=0', ['hello', 'payments/api'], '0-2/3'],
  ['a last page', 'namespace=acme&limit=2&offset=2', ['quiet'], '2-1/3'],
  ['a page behind the last', 'namespace=acme&limit=2&offset=4', [], '4-0/3'],
  ['all organizations', 'limit=1000&offset=0', ['hello', 'payments/api', 'quiet'], '0-3/3'],
  ['no page asked for', 'namespace=acme', ['hello', 'payments/api', 'quiet'], undefined],
  ['an organization without repositories', 'namespace=other&limit=9&offset=0', [], '0-0/0'],
])('lists repositories as a bare array: %s', async (_, query, names, range) => {
  const reply = await sendRequest(acme.url, { path: `/v2/manage/repos?${query}`, headers: acme.headers });
  expect(reply.headers['content-range']).toBe(range);
  expect(JSON.parse(reply.body)).toMatchObject(names.map((name) => ({ name, namespace: 'acme' })));
});

test.each([
  { why: 'limit is alone', query: 'limit=10' },
  { why: 'offset is alone', query: 'offset=0' },
  { why: 'limit is zero', query: 'limit=0&offset=0' },
  { why: 'limit is above 1000', query: 'limit=1001&offset=0' },
  { why: 'offset is negative', query: 'limit=10&offset=-1' },
  { why: 'offset is no multiple of limit', query: 'limit=10&offset=5' },
])('refuses to list repositories where $why', async ({ query }) => {
  const reply = await sendRequest(acme.url, { path: `/v2/manage/repos?${query}`, headers: acme.headers });
  expectError(reply, 400, 'SVCSTG.SWR.4000014');
});
