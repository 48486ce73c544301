import { expect, test } from '@jest/globals';
import { Problem, type ProblemStatus } from '../../lib/webhook/problem.ts';

test('is shown to the caller as RFC 9457 wants it, without its cause', () => {
  const issues = [{ path: 'action', found: 'nothing', expected: 'a value' }];
  const problem = new Problem(422, 'It can not be read.', { issues, cause: new Error('hunter2') });
  expect(JSON.parse(JSON.stringify(problem))).toEqual({
    type: 'about:blank',
    title: 'Not readable',
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
    title: 'Not available',
    status: 503,
    detail: 'Send it again.',
  });
});

test('keeps its headers and its cause for whoever answers and logs', () => {
  const cause = new Error('no connection');
  const problem = new Problem(503, 'Send it again.', { headers: { 'Retry-After': '10' }, cause });
  expect(problem).toMatchObject({ headers: { 'Retry-After': '10' }, cause });
});

test.each<[ProblemStatus, string]>([
  [401, 'Signature missing or wrong'],
  [404, 'No such source'],
  [405, 'Method not allowed'],
  [413, 'Too large'],
  [415, 'Not JSON by its content type'],
  [422, 'Not readable'],
  [429, 'Too many certificates'],
  [500, 'Internal error'],
  [503, 'Not available'],
])('%d has the title %j', (status, title) => {
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
