import { describe, expect, test } from '@jest/globals';
import middy from '@middy/core';
import { ServiceError } from '../../lib/failure.ts';
import type { HttpAnswer, WebhookEvent } from '../../lib/webhook/http-event.ts';
import { answerProblems, Problem, type ProblemStatus } from '../../lib/webhook/problem.ts';
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
        title: 'Unprocessable Entity',
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
        title: 'Unsupported Media Type',
        detail: "Unsupported media type: send application/json. On GitHub, it is the webhook's content type.",
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
      body: { title: 'Internal Server Error', detail: 'Internal error. Redeliver the event.' },
    });
    expect(JSON.stringify(answer)).not.toContain('inner');
    expect(logged).toMatchObject([
      {
        level: 'error',
        status: 500,
        cause: { code: 'UNEXPECTED', message: 'an inner secret' },
        stack: expect.stringContaining('problem.test'),
      },
    ]);
  });
});

test('is shown to the caller in the form of RFC 9457, without its cause', () => {
  const issues = [{ path: 'action', found: 'nothing', expected: 'a value' }];
  const problem = new Problem(422, 'It can not be read.', { issues, cause: new Error('hunter2') });
  expect(JSON.parse(JSON.stringify(problem))).toEqual({
    type: 'about:blank',
    title: 'Unprocessable Entity',
    status: 422,
    detail: 'It can not be read.',
    errors: issues,
  });
});

test('has no issues and no headers unless it is given some', () => {
  const problem = new Problem(503, 'Send it again.');
  expect(problem).toMatchObject({ name: 'Problem', statusCode: 503, headers: {}, issues: [] });
  expect(problem.toJSON()).toStrictEqual({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'Send it again.',
  });
});

test('keeps its headers and its cause for the answer and the log', () => {
  const cause = new Error('no connection');
  const problem = new Problem(503, 'Send it again.', { headers: { 'Retry-After': '10' }, cause });
  expect(problem).toMatchObject({ headers: { 'Retry-After': '10' }, cause });
});

test.each<[ProblemStatus, string]>([
  [401, 'Unauthorized'],
  [415, 'Unsupported Media Type'],
  [500, 'Internal Server Error'],
])('%d has the phrase of HTTP as its title: %j', (status, title) => {
  expect(new Problem(status, 'x').toJSON()).toMatchObject({ status, title });
});

test('lists the first 20 of its issues, and says how many more there are', () => {
  const issues = Array.from({ length: 21 }, (_, index) => ({
    path: `events[${index}]`,
    found: 'null',
    expected: 'Object',
    ...(index === 20 && { more: 30 }),
  }));
  const problem = new Problem(422, 'It can not be read.', { issues }).toJSON();
  expect(problem).toMatchObject({
    detail: 'It can not be read. The first 20 issues are listed, … and 31 more.',
    errors: issues.slice(0, 20),
  });
});
