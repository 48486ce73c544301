import { describe, expect, test } from '@jest/globals';
import { type FailedOutcome, type Outcome, waitOf } from '../../lib/cleanup/outcome.ts';
import { reasonOf } from '../../lib/queue/dead-letters.ts';
import { remaindersOf } from '../../lib/queue/settle.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';

const passing = (differences: object = {}): FailedOutcome => ({
  outcome: 'failed',
  code: 'HTTP_503',
  message: 'away',
  retryable: true,
  ...differences,
});
const lasting = (differences: object = {}): FailedOutcome => ({
  ...passing(differences),
  code: 'X',
  retryable: false,
});
const deleted: Outcome = { outcome: 'deleted', target: EMEA };
const request = cleanupRequest({ occurredAt: '2026-11-24T03:00:00.000Z' });
const organization = { version: 1 as const, id: 'x', namespace: 'acme' };

describe('what is left of a request', () => {
  test('is nothing where nothing failed', () => {
    const kept: Outcome = { outcome: 'kept', reason: 'denied', target: DR };
    expect(remaindersOf({ request, outcomes: [deleted, kept, { outcome: 'absent', target: APAC }] })).toEqual(
      {
        permanent: [],
      },
    );
  });

  test('is the whole request if all failures are transient', () => {
    const failures = [passing({ target: DR }), passing({ target: APAC })];
    expect(remaindersOf({ request, outcomes: [deleted, ...failures] })).toEqual({
      retry: { request, failures },
      permanent: [],
    });
  });

  test('is the whole request if all failures are permanent', () => {
    const failures = [lasting({ target: DR }), lasting({ target: APAC })];
    expect(remaindersOf({ request, outcomes: [deleted, ...failures] })).toEqual({
      permanent: [{ request, failures }],
    });
  });

  test('is in two parts where failures differ, and keeps what else the request says', () => {
    const [away, missing] = [passing({ target: DR }), lasting({ target: APAC })];
    expect(remaindersOf({ request, outcomes: [away, deleted, missing] })).toEqual({
      retry: { request: { ...request, targets: [DR] }, failures: [away] },
      permanent: [{ request: { ...request, targets: [APAC] }, failures: [missing] }],
    });
  });

  test.each([
    {
      why: 'a failure to be retried concerns more than a target',
      of: request,
      failures: [passing(), lasting({ target: DR })],
    },
    {
      why: 'a failure for a person concerns more than a target',
      of: request,
      failures: [passing({ target: DR }), lasting()],
    },
    {
      why: 'the request is for an organization',
      of: organization,
      failures: [passing({ target: DR, repository: 'a' }), lasting({ target: DR, repository: 'b' })],
    },
  ])('is tried as a whole first where $why', ({ of, failures }) => {
    expect(remaindersOf({ request: of, outcomes: failures })).toEqual({
      retry: { request: of, failures },
      permanent: [],
    });
  });
});

test.each([
  { why: 'nobody asked for one', failures: [passing()], seconds: undefined },
  { why: 'one asked', failures: [passing(), passing({ retryAfterSeconds: 7 })], seconds: 7 },
  {
    why: 'the longest counts',
    failures: [passing({ retryAfterSeconds: 7 }), passing({ retryAfterSeconds: 30 })],
    seconds: 30,
  },
  { why: 'no time at all is an answer too', failures: [passing({ retryAfterSeconds: 0 })], seconds: 0 },
])('waits $seconds seconds where $why', ({ failures, seconds }) => {
  expect(waitOf(failures)).toBe(seconds);
});

test('says the same only once', () => {
  expect(reasonOf([passing(), lasting({ message: 'forbidden' }), passing()])).toBe('away; forbidden');
});

describe('what is left of an organization', () => {
  const inRepository = (repository: string) => ({ repository, target: DR });
  const rest = { ...organization, offset: 100 };

  test('is the rest, and each failure for a person by itself', () => {
    const missing = lasting(inRepository('a'));
    const away = passing(inRepository('b'));
    expect(remaindersOf({ request: organization, outcomes: [missing, deleted, away], rest })).toEqual({
      retry: { request: rest, failures: [away] },
      permanent: [{ request: { ...organization, repository: 'a', targets: [DR] }, failures: [missing] }],
    });
  });

  test('is the whole where nothing of it is done for good: nobody is told twice', () => {
    const failures = [lasting(inRepository('a')), passing(inRepository('b'))];
    const same = { ...organization, offset: 0 };
    expect(remaindersOf({ request: organization, outcomes: failures, rest: same })).toEqual({
      retry: { request: organization, failures },
      permanent: [],
    });
  });
});
