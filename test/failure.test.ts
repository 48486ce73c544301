import { expect, test } from '@jest/globals';
import { failureOf, ServiceError } from '../lib/failure.ts';

test('an error of this service says what to do about it', () => {
  const failure = { code: 'NO_ROUTE', message: 'there is none', status: 404, retryable: false };
  const error = new ServiceError(failure, { cause: 'x' });
  expect(error).toMatchObject({ name: 'ServiceError', message: 'there is none', cause: 'x' });
  expect(failureOf(error)).toBe(failure);
});

test.each([
  { error: new TypeError('x is not a function'), message: 'x is not a function' },
  { error: 'a text', message: 'a text' },
  { error: undefined, message: 'undefined' },
])('any other is a defect, for which another try does no harm: $message', ({ error, message }) => {
  expect(failureOf(error)).toEqual({ code: 'UNEXPECTED', message, retryable: true });
});
