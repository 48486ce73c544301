import { expect, test } from '@jest/globals';
import { ServiceError } from '../lib/failure.ts';
import { retry } from '../lib/retry.ts';
import { allowing, givingUpAfter, noHurry } from './support/deadline.ts';

/** A call that fails a number of times, each with another message. */
function failing(times: number, failure: { retryable: boolean; retryAfterSeconds?: number }) {
  const calls = { count: 0 };
  const call = () => {
    calls.count += 1;
    return calls.count <= times
      ? Promise.reject(new ServiceError({ code: 'BUSY', message: `no ${calls.count}`, ...failure }))
      : Promise.resolve('done');
  };
  return { call, calls };
}

const soon = { retryable: true, retryAfterSeconds: 0 };

test.each([0, 1, 2])('a call that fails %i times is made again until it works', async (times) => {
  const { call, calls } = failing(times, soon);
  await expect(retry(call, noHurry)).resolves.toBe('done');
  expect(calls.count).toBe(times + 1);
});

test('pauses grow without Retry-After', async () => {
  const { call } = failing(2, { retryable: true });
  const startedAt = performance.now();
  await expect(retry(call, noHurry)).resolves.toBe('done');
  expect(performance.now() - startedAt).toBeGreaterThan(350);
});

test.each([
  { why: 'it has failed three times', failure: soon, deadline: noHurry, calls: 3 },
  { why: 'it will fail the same way', failure: { retryable: false }, deadline: noHurry, calls: 1 },
  {
    why: 'the wait would be too long',
    failure: { retryable: true, retryAfterSeconds: 5 },
    deadline: givingUpAfter(5000),
    calls: 1,
  },
  { why: 'there is no time for another one', failure: soon, deadline: allowing(0), calls: 1 },
])('it fails with the first error when $why', async ({ failure, deadline, calls: count }) => {
  const { call, calls } = failing(9, failure);
  await expect(retry(call, deadline)).rejects.toThrow('no 1');
  expect(calls.count).toBe(count);
});
