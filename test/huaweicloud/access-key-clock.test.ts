import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { HOUR_MS, MINUTE_MS } from '../support/clock.ts';
import { noHurry } from '../support/deadline.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { type RecordedLog, recordLog } from '../support/recorded-log.ts';
import { swrClient } from '../support/swr-client.ts';
import { authorizerOf, KEY, type Stored, startSigningCloud } from './signing.ts';

let cloud: Emulator;
let recorded: RecordedLog;
beforeEach(async () => {
  cloud = await startSigningCloud();
  recorded = recordLog();
});
afterEach(() => cloud.close());

/** A client whose clock is ahead of the cloud's. */
function clientAhead(ms: () => number, stored?: Stored): SwrClient {
  const now = () => Date.now() + ms();
  return swrClient(cloud.url, authorizerOf(cloud.url, stored, { now, log: recorded.log }));
}

function list(swr: SwrClient): Promise<unknown> {
  return swr.listSyncTasks('acme', 'payments/api', noHurry);
}

function statuses(): (number | undefined)[] {
  return cloud.journal.entries.map(({ status }) => status);
}

describe('a clock of ours', () => {
  test.each([
    { why: '20 minutes ahead', ms: 20 * MINUTE_MS },
    { why: '20 minutes behind', ms: -20 * MINUTE_MS },
    { why: 'a second too far ahead', ms: 15 * MINUTE_MS + 1500 },
    { why: 'a second too far behind', ms: -15 * MINUTE_MS - 1500 },
    { why: 'a year ahead', ms: 365 * 24 * HOUR_MS },
    { why: 'at its beginning', ms: -Date.now() },
  ])("that is $why costs one call, and goes by SWR's from then on", async ({ ms }) => {
    const swr = clientAhead(() => ms);
    await expect(list(swr)).resolves.toHaveLength(2);
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(statuses()).toEqual([401, 200, 200]);
    const [line, ...others] = recorded.of('clock differs');
    expect(line).toMatchObject({ level: 'warn', seconds: expect.any(Number) });
    expect(Math.abs(Number(line?.['seconds']) + ms / 1000)).toBeLessThan(3);
    expect(others).toEqual([]);
  });

  test.each([
    { why: '14 minutes ahead', ms: 14 * MINUTE_MS },
    { why: '14 minutes behind', ms: -14 * MINUTE_MS },
  ])('that is $why is right enough', async ({ ms }) => {
    await expect(list(clientAhead(() => ms))).resolves.toHaveLength(2);
    expect(statuses()).toEqual([200]);
    expect(recorded.of('clock differs')).toEqual([]);
  });

  test('may be set right in between', async () => {
    let ahead = 20 * MINUTE_MS;
    const swr = clientAhead(() => ahead);
    await list(swr);
    ahead = 0;
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(statuses()).toEqual([401, 200, 401, 200]);
  });

  test('is looked at anew for each of several calls at the same time', async () => {
    const swr = clientAhead(() => 20 * MINUTE_MS);
    const results = await Promise.all(Array.from({ length: 8 }, () => list(swr)));
    expect(results).toHaveLength(8);
    expect(statuses().filter((status) => status === 200)).toHaveLength(8);
    expect(recorded.of('clock differs')).toHaveLength(1);
  });

  test('and the key may both be wrong', async () => {
    const old = { ...KEY, sk: 'old' };
    await expect(list(clientAhead(() => 20 * MINUTE_MS, { kept: old, fresh: KEY }))).resolves.toHaveLength(2);
    expect(statuses()).toEqual([401, 401, 200]);
  });

  test('does not hide that the key is wrong', async () => {
    const wrong = { ...KEY, sk: 'wrong' };
    const swr = clientAhead(() => 20 * MINUTE_MS, { kept: wrong, fresh: wrong });
    for (let i = 0; i < 3; i += 1)
      await expect(list(swr)).rejects.toMatchObject({
        verdict: 'permanent',
        failure: { code: 'APIGW.0301' },
      });
    expect(statuses()).toEqual([401, 401]);
  });
});

describe('a clock of theirs', () => {
  let server: LoopbackServer | undefined;
  afterEach(() => server?.close());

  test('that is never the same ends in a person after three calls', async () => {
    let hours = 0;
    server = await startLoopbackServer((response) => {
      hours += 1;
      const date = new Date(Date.now() + hours * HOUR_MS).toUTCString();
      respond(response, 401, { error_code: 'APIGW.0301', error_msg: 'no' }, { Date: date });
    });
    await expect(list(swrClient(server.url, authorizerOf(server.url)))).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code: 'APIGW.0301', retryable: false },
    });
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    { why: 'it is not told', date: undefined },
    { why: 'it can not be read', date: 'today' },
  ])('is no reason to try again where $why', async ({ date }) => {
    server = await startLoopbackServer((response) => {
      response.sendDate = false;
      respond(response, 401, {}, date === undefined ? {} : { Date: date });
    });
    const now = () => 0;
    await expect(
      list(swrClient(server.url, authorizerOf(server.url, undefined, { now }))),
    ).rejects.toMatchObject({ verdict: 'permanent', failure: { code: 'HTTP_401' } });
    expect(server.requests).toHaveLength(1);
  });
});
