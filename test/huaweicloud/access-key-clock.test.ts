import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import { HOUR_MS, MINUTE_MS } from '../support/clock.ts';
import { noHurry } from '../support/deadline.ts';
import { respond, useServer } from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';
import { swrClient } from '../support/swr-client.ts';
import { always, authorizerOf, KEY, type Stored, useCloud } from './use-cloud.ts';

const cloud = useCloud({ accessKey: true });
const recorded = recordLog();
beforeEach(() => recorded.clear());

/** A client whose clock is ahead of the cloud's. */
function clientAhead(ms: () => number, stored?: Stored): SwrClient {
  const now = () => Date.now() + ms();
  return swrClient(cloud.url, authorizerOf(cloud.url, stored, { now, log: recorded.log }));
}

function list(swr: SwrClient): Promise<unknown> {
  return swr.listSyncTasks('acme', 'payments/api', noHurry);
}

const statuses = () => cloud.journal.entries.map(({ status }) => status);
const invalidKey = { verdict: 'permanent', failure: { code: 'APIGW.0301', retryable: false } };

describe('the local clock', () => {
  test.each([
    ['20 minutes ahead', 20 * MINUTE_MS],
    ['20 minutes behind', -20 * MINUTE_MS],
    ['just over 15 minutes ahead', 15 * MINUTE_MS + 1500],
    ['just over 15 minutes behind', -15 * MINUTE_MS - 1500],
    ['a year ahead', 365 * 24 * HOUR_MS],
    ['at 1970', -Date.now()],
  ])('is corrected by the time of SWR after one rejected call when it is %s', async (_, ms) => {
    const swr = clientAhead(() => ms);
    await expect(list(swr)).resolves.toHaveLength(2);
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(statuses()).toEqual([401, 200, 200]);
    const [line, ...others] = recorded.of('clock differs');
    expect(line).toMatchObject({ level: 'warn', seconds: expect.any(Number) });
    expect(Math.abs(Number(line?.['seconds']) + ms / 1000)).toBeLessThan(3);
    expect(others).toEqual([]);
  });

  test.each([14, -14])('is used as it is when it is %i minutes ahead', async (minutes) => {
    await expect(list(clientAhead(() => minutes * MINUTE_MS))).resolves.toHaveLength(2);
    expect(statuses()).toEqual([200]);
    expect(recorded.of('clock differs')).toEqual([]);
  });

  test('is compared again after it was set right', async () => {
    let ahead = 20 * MINUTE_MS;
    const swr = clientAhead(() => ahead);
    await list(swr);
    ahead = 0;
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(statuses()).toEqual([401, 200, 401, 200]);
  });

  test('is logged once for eight calls at the same time', async () => {
    const swr = clientAhead(() => 20 * MINUTE_MS);
    await Promise.all(Array.from({ length: 8 }, () => list(swr)));
    expect(statuses().filter((status) => status === 200)).toHaveLength(8);
    expect(recorded.of('clock differs')).toHaveLength(1);
  });

  test('can be wrong together with the cached key', async () => {
    const stored = { kept: { ...KEY, sk: 'old' }, fresh: KEY };
    await expect(list(clientAhead(() => 20 * MINUTE_MS, stored))).resolves.toHaveLength(2);
    expect(statuses()).toEqual([401, 401, 200]);
  });

  test('does not hide an invalid key', async () => {
    const swr = clientAhead(() => 20 * MINUTE_MS, always({ ...KEY, sk: 'wrong' }));
    for (let i = 0; i < 3; i += 1) await expect(list(swr)).rejects.toMatchObject(invalidKey);
    expect(statuses()).toEqual([401, 401]);
  });
});

describe('the date of an answer', () => {
  const server = useServer(() => undefined);

  test('leads to a permanent failure after three calls when it always differs', async () => {
    let hours = 0;
    server.answer = (response) => {
      hours += 1;
      const date = new Date(Date.now() + hours * HOUR_MS).toUTCString();
      respond(response, 401, { error_code: 'APIGW.0301', error_msg: 'no' }, { Date: date });
    };
    await expect(list(swrClient(server.url, authorizerOf(server.url)))).rejects.toMatchObject(invalidKey);
    expect(server.requests).toHaveLength(3);
  });

  test.each([undefined, 'today'])('leads to no second call when it is %p', async (date) => {
    server.answer = (response) => {
      response.sendDate = false;
      respond(response, 401, {}, date === undefined ? {} : { Date: date });
    };
    const authorizer = authorizerOf(server.url, undefined, { now: () => 0 });
    await expect(list(swrClient(server.url, authorizer))).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code: 'HTTP_401' },
    });
    expect(server.requests).toHaveLength(1);
  });
});
