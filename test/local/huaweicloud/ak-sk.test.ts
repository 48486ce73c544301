import { expect, test } from '@jest/globals';
import { APAC, DR, expectError, syncRepo, useAcme } from './acme.ts';
import { deletion, listing, sendSigned } from './send-signed.ts';

const MINUTE_MS = 60_000;

const acme = useAcme();

test.each([
  { why: 'a plain path', ...listing },
  { why: 'the body of a DELETE', ...deletion },
  {
    why: 'the body of a POST',
    method: 'POST',
    path: syncRepo('hello'),
    body: { ...DR, remoteNamespace: 'acme-apac' },
    signature: 'e82cb55d7a9b083291e4b90a8acbf0be4c91b48df1600fb6e8570fc1d3fa0c98',
  },
  {
    why: 'a query, sorted for the signature only',
    path: '/v2/manage/repos?offset=0&namespace=acme&limit=10',
    signature: '3d247d15d259c2cddf871ff9efdcd39ac974aba58c75b6e042038ad8b0ab2f32',
  },
  {
    why: 'a query with characters that are encoded one way or the other',
    path: '/v2/manage/repos?namespace=a%20b~*%C3%A9&limit=10&offset=0',
    signature: '5cab53a3db9219bb13abf8eccfc9bccfc8c0ebc2f2610e2154f8783268209941',
  },
  {
    why: 'a raw $ in the path',
    path: syncRepo('payments$api'),
    signature: '90ffc701b8489a3e4970c1e14c8736451741182074fb5df2046edc4493e740fe',
  },
])("takes the official signer's signature of $why", async (signed) => {
  expect((await sendSigned(acme.url, signed)).status).toBe(200);
  expect(acme.journal.entries).toMatchObject([{ auth: 'ak-sk', status: 200 }]);
});

test.each([
  { why: 'the body is another', signed: { ...deletion, body: APAC } },
  { why: 'the path is another', signed: { ...deletion, path: syncRepo('payments$api') } },
  { why: 'the method is another', signed: { ...deletion, method: 'POST' } },
  { why: 'a signed header is another', signed: { ...deletion, headers: { Host: 'elsewhere' } } },
  { why: 'the signature is another', signed: { ...deletion, signature: 'f'.repeat(64) } },
  { why: 'the signature is no hash', signed: { ...deletion, signature: 'abc' } },
  { why: 'the access key is unknown', signed: { ...deletion, access: 'UNKNOWN' } },
  { why: 'the host is not signed', signed: { ...deletion, signedHeaders: 'content-type;x-sdk-date' } },
  { why: 'the date is not signed', signed: { ...deletion, signedHeaders: 'content-type;host' } },
  { why: 'the date is no date', signed: { ...deletion, headers: { 'X-Sdk-Date': 'today' } } },
  {
    why: 'the stated hash is not that of the body',
    signed: { ...deletion, headers: { 'X-Sdk-Content-Sha256': '0'.repeat(64) } },
  },
])('rejects a signature and deletes nothing when $why', async ({ signed }) => {
  const reply = await sendSigned(acme.url, signed);
  expectError(reply, 401, 'APIGW.0301');
  expect(acme.cloud.tasks('acme')).toHaveLength(3);
});

test.each([
  { why: 'a date 15 minutes old', minutes: 15, status: 200 },
  { why: 'a date 15 minutes ahead', minutes: -15, status: 200 },
  { why: 'an older date', minutes: 15.01, status: 401 },
  { why: 'a date further ahead', minutes: -15.01, status: 401 },
])('answers $why with $status', async ({ minutes, status }) => {
  acme.clock.now += minutes * MINUTE_MS;
  expect((await sendSigned(acme.url, listing)).status).toBe(status);
});

test('rejects the access key of a disabled user', async () => {
  acme.cloud.identities.addUser({
    domain: 'acme',
    name: 'robot',
    password: 'right',
    status: 'disabled',
    accessKey: { ak: 'AKFORTESTS', sk: 'secret-for-tests' },
  });
  expect((await sendSigned(acme.url, listing)).status).toBe(401);
});

test.each([
  { why: "it is the region's", id: 'c0ffee', status: 200 },
  { why: 'it is unknown', id: 'abc', status: 401 },
])('answers a project id with $status where $why', async ({ id, status }) => {
  expect((await sendSigned(acme.url, { ...listing, headers: { 'X-Project-Id': id } })).status).toBe(status);
});
