import { describe, expect, test } from '@jest/globals';
import middy from '@middy/core';
import { ServiceError } from '../../lib/failure.ts';
import { answerProblems } from '../../lib/webhook/answer-problems.ts';
import type { HttpAnswer } from '../../lib/webhook/http-event.ts';
import { Problem } from '../../lib/webhook/problem.ts';
import type { WebhookEvent } from '../../lib/webhook/verify-delivery.ts';
import { type HttpEventOptions, httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { recordLog } from '../support/recorded-log.ts';

async function fail(error: unknown, options: HttpEventOptions = {}) {
  const recorded = recordLog();
  const handler = middy<WebhookEvent, HttpAnswer>()
    .use(answerProblems(recorded.log))
    .handler(() => {
      throw error;
    });
  const { statusCode, headers, multiValueHeaders, body } = await handler(httpEvent(options), lambdaContext());
  const answer = { status: statusCode, headers, multiValueHeaders, body: JSON.parse(body) as unknown };
  return { answer, logged: recorded.of('rejected') };
}

describe('a problem', () => {
  const issues = [{ path: 'action', found: 'nothing', expected: 'a value' }];

  test('is answered as it is, and logged as a warning', async () => {
    const { answer, logged } = await fail(new Problem(422, 'Not readable.', { issues }));
    expect(answer).toEqual({
      status: 422,
      headers: { 'Content-Type': 'application/problem+json' },
      multiValueHeaders: undefined,
      body: {
        type: 'about:blank',
        title: 'Not readable',
        status: 422,
        detail: 'Not readable.',
        errors: issues,
      },
    });
    expect(logged).toEqual([
      {
        time: expect.any(String),
        level: 'warn',
        event: 'rejected',
        source: 'github',
        status: 422,
        reason: 'Not readable.',
        issues,
      },
    ]);
  });

  test('of many issues is logged with the first 20 of them', async () => {
    const many = Array.from({ length: 51 }, () => issues[0]).filter((issue) => issue !== undefined);
    const { logged } = await fail(new Problem(422, 'Not readable.', { issues: many }));
    expect(logged).toMatchObject([{ issues: many.slice(0, 20), moreIssues: 31 }]);
  });

  test('of ours is logged as an error, with its cause, and answered with its headers', async () => {
    const failure = { code: 'TIMEOUT', message: 'no answer', retryable: true };
    const cause = new ServiceError(failure);
    const { answer, logged } = await fail(
      new Problem(503, 'Later.', { headers: { 'Retry-After': '30' }, cause }),
    );
    expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': '30' } });
    expect(JSON.stringify(answer)).not.toContain('no answer');
    expect(logged).toEqual([
      {
        time: expect.any(String),
        level: 'error',
        event: 'rejected',
        source: 'github',
        status: 503,
        reason: 'Later.',
        cause: failure,
      },
    ]);
  });

  test('is logged with no more of the name of a source than a name can have', async () => {
    const { logged } = await fail(new Problem(404, 'None.'), { source: 'x'.repeat(500) });
    expect(logged).toMatchObject([{ source: 'x'.repeat(100) }]);
  });

  test('is answered in the form that the sender of the event takes', async () => {
    const { answer } = await fail(new Problem(404, 'None.'), { via: 'load balancer, several values' });
    expect(answer).toMatchObject({
      headers: undefined,
      multiValueHeaders: { 'Content-Type': ['application/problem+json'] },
    });
  });
});

describe('an error of the body parser', () => {
  test('about the content type says what to send', async () => {
    const error = Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 });
    expect((await fail(error)).answer).toMatchObject({
      status: 415,
      body: {
        title: 'Not JSON by its content type',
        detail: 'Send JSON as application/json; in GitHub that is the content type of the webhook.',
      },
    });
  });

  test('about the body says what was expected', async () => {
    const error = Object.assign(new Error('Invalid or malformed JSON was provided'), { statusCode: 422 });
    expect((await fail(error)).answer).toMatchObject({
      status: 422,
      body: {
        detail: 'The body is not JSON.',
        errors: [{ path: '', found: 'something that is not JSON', expected: 'a JSON object' }],
      },
    });
  });
});

describe('any other error', () => {
  test.each([
    { why: 'a defect', error: new TypeError('an inner secret') },
    {
      why: 'one with a status of its own',
      error: Object.assign(new Error('an inner secret'), { statusCode: 404 }),
    },
  ])('is a 500 that shows nothing, and is logged whole: $why', async ({ error }) => {
    const { answer, logged } = await fail(error);
    expect(answer).toMatchObject({
      status: 500,
      body: { title: 'Internal error', detail: 'Something went wrong here. Send the event again.' },
    });
    expect(JSON.stringify(answer)).not.toContain('inner');
    expect(logged).toMatchObject([
      {
        level: 'error',
        status: 500,
        cause: { code: 'UNEXPECTED', message: 'an inner secret' },
        stack: expect.stringContaining('answer-problems.test'),
      },
    ]);
  });
});
