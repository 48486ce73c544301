import { afterEach, expect, test } from '@jest/globals';
import { requireEnvironment } from '../lib/environment.ts';
import { setVariables } from './support/environment.ts';

let restore = () => {};
afterEach(() => restore());

test('a variable that has to be there is read', () => {
  restore = setVariables({ SOME_QUEUE_URL: 'https://sqs.example.com' });
  expect(requireEnvironment('SOME_QUEUE_URL')).toBe('https://sqs.example.com');
});

test.each([undefined, ''])('one that is %j is named', (value) => {
  restore = setVariables({ SOME_QUEUE_URL: value });
  expect(() => requireEnvironment('SOME_QUEUE_URL')).toThrow(
    'The environment variable SOME_QUEUE_URL is missing.',
  );
});
