import { expect, test } from '@jest/globals';
import { expectError, useAcme } from './acme.ts';
import type { Reply } from './send-request.ts';
import { deletion, listing, sendSigned } from './send-signed.ts';

const MINUTE_MS = 60_000;
const wrong = { ...listing, signature: 'f'.repeat(64) };

const acme = useAcme();

async function failToSign(times: number, signed = wrong): Promise<void> {
  for (let i = 0; i < times; i += 1) await sendSigned(acme.url, signed);
}

function sign(): Promise<Reply> {
  return sendSigned(acme.url, listing);
}

test.each([
  { why: 'five wrong ones are not enough', failures: [5], waitMinutes: 0, status: 200 },
  { why: 'six lock', failures: [6], waitMinutes: 0, status: 401 },
  { why: 'the lock still holds at its end', failures: [6], waitMinutes: 4.99, status: 401 },
  { why: 'the lock is over after five minutes', failures: [6], waitMinutes: 5, status: 200 },
  { why: 'wrong ones add up, however far apart they are', failures: [3, 3], waitMinutes: 4.99, status: 401 },
])('answers the right signature with $status: $why', async ({ failures, waitMinutes, status }) => {
  for (const times of failures) {
    await failToSign(times);
    acme.clock.now += waitMinutes * MINUTE_MS;
  }
  expect((await sign()).status).toBe(status);
});

test('says so, with the code of all other rejections, and does nothing', async () => {
  await failToSign(6);
  const reply = await sendSigned(acme.url, deletion);
  expectError(reply, 401, 'APIGW.0301');
  expect(reply.body).toContain('AK access failed to reach the limit,forbidden.');
  expect(acme.cloud.tasks('acme')).toHaveLength(3);
});

test('says it to the seventh for the first time', async () => {
  const messages = [];
  for (let i = 0; i < 7; i += 1) messages.push((await sendSigned(acme.url, wrong)).body);
  expect(messages.map((body) => body.includes('reach the limit'))).toEqual([
    ...Array.from({ length: 6 }, () => false),
    true,
  ]);
});

test('counts anew after a success', async () => {
  await failToSign(5);
  await sign();
  await failToSign(5);
  expect((await sign()).status).toBe(200);
});

test('counts anew after a lock', async () => {
  await failToSign(6);
  acme.clock.now += 5 * MINUTE_MS;
  await failToSign(5);
  expect((await sign()).status).toBe(200);
});

test('is not lengthened by tries while it holds', async () => {
  await failToSign(6);
  acme.clock.now += 4 * MINUTE_MS;
  await failToSign(6);
  acme.clock.now += MINUTE_MS;
  expect((await sign()).status).toBe(200);
});

test.each([
  { why: 'the key is another', signed: { ...wrong, access: 'UNKNOWN' } },
  { why: 'the date is too far away', signed: { ...wrong, headers: { 'X-Sdk-Date': '20261124T020000Z' } } },
  { why: 'it is none', signed: { ...wrong, signature: 'abc' } },
])('is not caused by a rejected signature when $why', async ({ signed }) => {
  await failToSign(10, signed);
  expect((await sign()).status).toBe(200);
});

test('does not come of a fault', async () => {
  acme.fault('listNamespaces', { status: 401, code: 'APIGW.0301' }, { times: 10 });
  await failToSign(10);
  expect((await sign()).status).toBe(200);
});
