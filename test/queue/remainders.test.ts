import { describe, expect, test } from '@jest/globals';
import { type FailedOutcome, type Outcome, waitOf } from '../../lib/cleanup/outcome.ts';
import { reasonOf } from '../../lib/queue/dead-letters.ts';
import { remaindersOf } from '../../lib/queue/settle.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';

const transient = (differences: object = {}): FailedOutcome => ({
  outcome: 'failed',
  code: 'HTTP_503',
  message: 'away',
  retryable: true,
  ...differences,
});
const permanent = (differences: object = {}): FailedOutcome => ({
  ...transient(differences),
  code: 'X',
  retryable: false,
});
const deleted: Outcome = { outcome: 'deleted', target: EMEA };
const request = cleanupRequest({ occurredAt: '2026-11-24T03:00:00.000Z' });
const organization = { version: 1 as const, id: 'x', namespace: 'acme' };

describe('what is left of a request', () => {
  test('is nothing without a failure', () => {
    const kept: Outcome = { outcome: 'kept', reason: 'denied', target: DR };
    expect(remaindersOf({ request, outcomes: [deleted, kept, { outcome: 'absent', target: APAC }] })).toEqual(
      { permanent: [] },
    );
  });

  test('is the whole request if all failures are transient', () => {
    const failures = [transient({ target: DR }), transient({ target: APAC })];
    expect(remaindersOf({ request, outcomes: [deleted, ...failures] })).toEqual({
      retry: { request, failures },
      permanent: [],
    });
  });

  test('is the whole request if all failures are permanent', () => {
    const failures = [permanent({ target: DR }), permanent({ target: APAC })];
    expect(remaindersOf({ request, outcomes: [deleted, ...failures] })).toEqual({
      permanent: [{ request, failures }],
    });
  });

  test('is in two parts if failures differ, with the other fields of the request', () => {
    const [away, missing] = [transient({ target: DR }), permanent({ target: APAC })];
    expect(remaindersOf({ request, outcomes: [away, deleted, missing] })).toEqual({
      retry: { request: { ...request, targets: [DR] }, failures: [away] },
      permanent: [{ request: { ...request, targets: [APAC] }, failures: [missing] }],
    });
  });

  test.each([
    {
      why: 'a failure to be retried concerns more than a target',
      of: request,
      failures: [transient(), permanent({ target: DR })],
    },
    {
      why: 'a permanent failure concerns more than a target',
      of: request,
      failures: [transient({ target: DR }), permanent()],
    },
    {
      why: 'the request is for an organization',
      of: organization,
      failures: [transient({ target: DR, repository: 'a' }), permanent({ target: DR, repository: 'b' })],
    },
  ])('is retried as a whole first if $why', ({ of, failures }) => {
    expect(remaindersOf({ request: of, outcomes: failures })).toEqual({
      retry: { request: of, failures },
      permanent: [],
    });
  });
});

test.each([
  { why: 'no failure asks for a wait', failures: [transient()], seconds: undefined },
  { why: 'one asked', failures: [transient(), transient({ retryAfterSeconds: 7 })], seconds: 7 },
  {
    why: 'the longest counts',
    failures: [transient({ retryAfterSeconds: 7 }), transient({ retryAfterSeconds: 30 })],
    seconds: 30,
  },
  { why: 'no time at all is an answer too', failures: [transient({ retryAfterSeconds: 0 })], seconds: 0 },
])('waits $seconds seconds where $why', ({ failures, seconds }) => {
  expect(waitOf(failures)).toBe(seconds);
});

test('repeats no message', () => {
  expect(reasonOf([transient(), permanent({ message: 'forbidden' }), transient()])).toBe('away; forbidden');
});

describe('what is left of an organization', () => {
  const inRepository = (repository: string) => ({ repository, target: DR });
  const rest = { ...organization, offset: 100 };

  test('is the rest, and a request for each permanent failure', () => {
    const missing = permanent(inRepository('a'));
    const away = transient(inRepository('b'));
    expect(remaindersOf({ request: organization, outcomes: [missing, deleted, away], rest })).toEqual({
      retry: { request: rest, failures: [away] },
      permanent: [{ request: { ...organization, repository: 'a', targets: [DR] }, failures: [missing] }],
    });
  });

  test('is the whole request if no page is done, so that no failure is reported twice', () => {
    const failures = [permanent(inRepository('a')), transient(inRepository('b'))];
    const same = { ...organization, offset: 0 };
    expect(remaindersOf({ request: organization, outcomes: failures, rest: same })).toEqual({
      retry: { request: organization, failures },
      permanent: [],
    });
  });
});
