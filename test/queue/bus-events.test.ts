import { describe, expect, test } from '@jest/globals';
import type { FailedOutcome, Outcome } from '../../lib/cleanup/outcome.ts';
import { busEventsOf, deadLetteredEvent, failedAnswerEvents } from '../../lib/queue/event-bus.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR } from '../support/cloud.ts';

const request = cleanupRequest();
const { repository: _, ...organization } = request;
const task = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z' };
const failed: FailedOutcome = {
  target: APAC,
  outcome: 'failed',
  code: 'HTTP_403',
  message: 'forbidden',
  status: 403,
  retryable: false,
  retryAfterSeconds: 30,
};
const failure = { target: APAC, code: 'HTTP_403', message: 'forbidden', status: 403, retryable: false };

describe('what became of a request', () => {
  test.each<{ why: string; outcome: Outcome; type: string }>([
    {
      why: 'a task was deleted',
      outcome: { target: DR, task, outcome: 'deleted' },
      type: 'Sync Task Deleted',
    },
    {
      why: 'a task stays',
      outcome: { target: DR, task, outcome: 'kept', reason: 'dry run' },
      type: 'Sync Task Kept',
    },
    {
      why: 'all of them stay',
      outcome: { outcome: 'kept', reason: 'denied', rule: 'acme/**' },
      type: 'Sync Task Kept',
    },
  ])('is published if $why', ({ outcome, type }) => {
    expect(busEventsOf({ request, outcomes: [outcome] })).toEqual([
      { type, detail: { request, repository: request.repository, ...outcome } },
    ]);
  });

  test.each<{ why: string; outcome: Outcome }>([
    { why: 'it was gone already', outcome: { target: DR, outcome: 'absent' } },
    { why: 'it failed, which may pass', outcome: failed },
  ])('is not published if $why', ({ outcome }) => {
    expect(busEventsOf({ request, outcomes: [outcome] })).toEqual([]);
  });

  test('is published for each repository of an organization', () => {
    const outcomes = ['api', 'web'].map(
      (repository): Outcome => ({ repository, target: DR, outcome: 'deleted' }),
    );
    expect(busEventsOf({ request: organization, outcomes }).map(({ detail }) => detail)).toEqual([
      { request: organization, repository: 'api', target: DR, outcome: 'deleted' },
      { request: organization, repository: 'web', target: DR, outcome: 'deleted' },
    ]);
  });

  test('names no repository where an organization as a whole stays', () => {
    const outcomes: Outcome[] = [{ outcome: 'kept', reason: 'still at the source' }];
    const [only] = busEventsOf({ request: organization, outcomes });
    expect(only?.detail).not.toHaveProperty('repository');
  });
});

describe('a failure', () => {
  test('is published when it is dead-lettered, with the request', () => {
    expect(deadLetteredEvent([failed], request)).toEqual({
      type: 'Cleanup Failed',
      detail: { request, deadLettered: true, failures: [failure] },
    });
  });

  test('is published without a request if none could be read', () => {
    expect(deadLetteredEvent([failed]).detail).not.toHaveProperty('request');
  });

  test('is published for the answer to a direct invocation', () => {
    const outcomes: Outcome[] = [
      { target: DR, outcome: 'deleted' },
      { ...failed, repository: 'web' },
    ];
    expect(failedAnswerEvents({ request, outcomes })).toEqual([
      {
        type: 'Cleanup Failed',
        detail: { request, deadLettered: false, failures: [{ ...failure, repository: 'web' }] },
      },
    ]);
  });

  test('is not published for an answer without one', () => {
    expect(failedAnswerEvents({ request, outcomes: [{ target: DR, outcome: 'deleted' }] })).toEqual([]);
  });
});
