import { afterEach, describe, expect, test } from '@jest/globals';
import { startFaultProxy } from '../../e2e/soak/fault-proxy.ts';
import { Random } from '../../e2e/soak/random.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function setUp(share: number) {
  const service: LoopbackServer = await startLoopbackServer((response, { body }) =>
    respond(response, body === 'bad' ? 400 : 200, { got: body }),
  );
  const faults: string[] = [];
  const done: string[] = [];
  const proxy = await startFaultProxy({
    service: service.url,
    random: new Random(1),
    share,
    outageEvery: 110,
    onFault: (name) => faults.push(name),
    onDone: (action, body) => done.push(`${action} ${body}`),
  });
  closers.push(
    () => service.close(),
    () => proxy.close(),
  );
  const call = async (body: string) => {
    try {
      const headers = { 'X-Amz-Target': 'DynamoDB_20120810.UpdateItem', Authorization: 'signed' };
      const response = await fetch(proxy.url, { method: 'POST', headers, body });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  };
  return { service, faults, done, call };
}

describe('the fault proxy before AWS', () => {
  test('passes calls on, with what signs them', async () => {
    const { service, call, done } = await setUp(0);
    expect(await call('one')).toEqual({ status: 200, text: '{"got":"one"}' });
    expect(await call('bad')).toEqual({ status: 400, text: '{"got":"bad"}' });
    expect(service.requests[0]?.headers.authorization).toBe('signed');
    expect(done).toEqual(['UpdateItem one']);
  });

  test('injects no fault with a share of 0', async () => {
    const { call, faults } = await setUp(0);
    for (let count = 0; count < 110; count += 1) await call('one');
    expect(faults).toEqual([]);
  });

  test('injects faults before and after a call is done', async () => {
    const { service, call, faults, done } = await setUp(0.5);
    const statuses: number[] = [];
    for (let count = 0; count < 90; count += 1) statuses.push((await call('one')).status);
    expect(new Set(statuses)).toEqual(new Set([200, 0, 400, 500]));
    expect(new Set(faults)).toEqual(
      new Set(['connection reset before', 'connection reset after', '500', '500 after', 'throttled']),
    );
    const doneAllTheSame = faults.filter((name) => name.endsWith('after')).length;
    expect(done).toHaveLength(statuses.filter((status) => status === 200).length + doneAllTheSame);
    expect(service.requests).toHaveLength(done.length);
  });

  test('has outages that last longer than the retries of one call', async () => {
    const { call, faults } = await setUp(0.01);
    let count = 0;
    while (!faults.includes('away')) {
      await call('one');
      count += 1;
    }
    expect(count).toBe(100);
    const startedAt = performance.now();
    while ((await call('one')).status === 503);
    expect(performance.now() - startedAt).toBeGreaterThan(300);
  });
});
