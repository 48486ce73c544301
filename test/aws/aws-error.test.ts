import { expect, test } from '@jest/globals';
import { AwsError } from '../../lib/aws/call.ts';

test.each([
  [
    'QueueDoesNotExist',
    'the type is in the body',
    '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}',
    {},
    ' no such queue',
  ],
  [
    'AccessDeniedException',
    'the message has a capital letter',
    '{"__type":"AccessDeniedException","Message":"not you"}',
    {},
    ' not you',
  ],
  [
    'AccessDeniedException',
    'the type is in the header',
    '{}',
    { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/coral/' },
    '',
  ],
  ['HTTP_400', 'the body is empty', '', {}, ''],
  ['HTTP_400', 'the body is a page', '<html></html>', {}, ''],
  ['HTTP_400', 'the body is null', 'null', {}, ''],
  ['HTTP_400', 'the type is no text', '{"__type":5,"message":{}}', {}, ''],
])('has the code %s, where %s', (code, _, body, headers, said) => {
  const error = AwsError.fromAnswer('sqs', 'SendMessage', { status: 400, headers, body });
  expect(error.failure).toEqual({
    code,
    message: `sqs SendMessage: 400 ${code}${said}`,
    status: 400,
    retryable: false,
  });
});

test.each([
  { status: 500, code: 'InternalFailure', retryable: true },
  { status: 503, code: 'ServiceUnavailable', retryable: true },
  { status: 429, code: 'Slow', retryable: true },
  { status: 400, code: 'ThrottlingException', retryable: true },
  { status: 400, code: 'RequestThrottled', retryable: true },
  { status: 400, code: 'TooManyRequestsException', retryable: true },
  { status: 400, code: 'LimitExceededException', retryable: true },
  { status: 400, code: 'ProvisionedThroughputExceededException', retryable: true },
  { status: 400, code: 'RequestLimitExceeded', retryable: true },
  { status: 400, code: 'ResourceNotFoundException', retryable: false },
  { status: 400, code: 'DecryptionFailure', retryable: false },
  { status: 403, code: 'AccessDenied', retryable: false },
])('is transient: $retryable, after $status $code', ({ status, code, retryable }) => {
  const body = JSON.stringify({ __type: code });
  expect(AwsError.fromAnswer('ssm', 'GetParameter', { status, headers: {}, body }).failure.retryable).toBe(
    retryable,
  );
});
