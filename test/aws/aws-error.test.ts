import { expect, test } from '@jest/globals';
import { AwsError } from '../../lib/aws/aws-error.ts';
import { TransportError } from '../../lib/http/transport-error.ts';

test.each([
  {
    why: 'the type is in the body',
    body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}',
    headers: {},
    code: 'QueueDoesNotExist',
    said: ' no such queue',
  },
  {
    why: 'the message has a capital letter',
    body: '{"__type":"AccessDeniedException","Message":"not you"}',
    headers: {},
    code: 'AccessDeniedException',
    said: ' not you',
  },
  {
    why: 'the type is in the header',
    body: '{}',
    headers: { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/coral/' },
    code: 'AccessDeniedException',
    said: '',
  },
  { why: 'the body is empty', body: '', headers: {}, code: 'HTTP_400', said: '' },
  { why: 'the body is a page', body: '<html></html>', headers: {}, code: 'HTTP_400', said: '' },
  { why: 'the body is null', body: 'null', headers: {}, code: 'HTTP_400', said: '' },
  { why: 'the type is no text', body: '{"__type":5,"message":{}}', headers: {}, code: 'HTTP_400', said: '' },
])('has the code $code, where $why', ({ body, headers, code, said }) => {
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
  { status: 400, code: 'ResourceNotFoundException', retryable: false },
  { status: 400, code: 'DecryptionFailure', retryable: false },
  { status: 403, code: 'AccessDenied', retryable: false },
])('may pass: $retryable, after $status $code', ({ status, code, retryable }) => {
  const body = JSON.stringify({ __type: code });
  expect(AwsError.fromAnswer('ssm', 'GetParameter', { status, headers: {}, body }).failure.retryable).toBe(
    retryable,
  );
});

test('may always pass where no answer came, and keeps why', () => {
  const cause = new TransportError('ECONNRESET', new URL('http://127.0.0.1:1/'), 'socket hang up');
  const error = AwsError.fromTransport('sqs', 'SendMessage', cause);
  expect(error.failure).toEqual({
    code: 'ECONNRESET',
    message: 'sqs SendMessage: 127.0.0.1:1: socket hang up',
    retryable: true,
  });
  expect(error.cause).toBe(cause);
});
