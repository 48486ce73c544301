import { describe, expect, test } from '@jest/globals';
import {
  answerHttp,
  bodyBytesOf,
  type HttpEvent,
  readHttpRequest,
  sourceNameOf,
} from '../../lib/webhook/http-event.ts';
import { type HttpEventOptions, httpEvent } from '../support/http-event.ts';

/** Of a load balancer that says nothing of any header. */
const headless: HttpEvent = {
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/x/1' } },
  httpMethod: 'POST',
  path: '/webhooks/github',
  body: null,
  isBase64Encoded: false,
};
const everyone: NonNullable<HttpEventOptions['via']>[] = [
  'HTTP API',
  'Function URL',
  'REST API',
  'load balancer',
  'load balancer, several values',
];

describe('a request', () => {
  test.each(everyone)('is read as it was sent: %s', (via) => {
    const options = { via, source: 'forge', method: 'PUT', headers: { 'x-some': 'thing' }, body: 'ä' };
    const read = { sourceName: 'forge', method: 'PUT', headers: { 'x-some': 'thing' } };
    const rawBody = Buffer.from('ä');
    expect(readHttpRequest(httpEvent(options))).toEqual({ ...read, rawBody });
    expect(readHttpRequest(httpEvent({ ...options, base64: true }))).toEqual({ ...read, rawBody });
  });

  test.each(everyone)('may have no body: %s', (via) => {
    expect(readHttpRequest(httpEvent({ via })).rawBody).toEqual(Buffer.from(''));
  });

  test.each(['', 'a', 'ab', 'abc', 'ä', '漢字', '😀'])('has as many bytes as its body: %j', (body) => {
    for (const base64 of [false, true]) {
      const event = httpEvent({ body, base64 });
      expect(bodyBytesOf(event)).toBe(readHttpRequest(event).rawBody.length);
    }
    expect(bodyBytesOf(headless)).toBe(0);
  });

  test('has the last of several values of a header', () => {
    const event = {
      ...httpEvent({ via: 'load balancer, several values' }),
      multiValueHeaders: { 'X-Some': ['a', 'b'] },
    };
    expect(readHttpRequest(event).headers).toEqual({ 'x-some': 'b' });
  });

  test('has the single value of a header that comes both ways', () => {
    const event = { ...httpEvent({ via: 'REST API' }), headers: { 'X-Some': 'b' } };
    expect(readHttpRequest({ ...event, multiValueHeaders: { 'X-Some': ['a'] } }).headers).toEqual({
      'x-some': 'b',
    });
  });

  test('may have headers without values, or none at all', () => {
    const event = httpEvent({ via: 'load balancer, several values' });
    expect(readHttpRequest({ ...event, multiValueHeaders: { 'X-Some': undefined } }).headers).toEqual({
      'x-some': undefined,
    });
    expect(readHttpRequest(headless).headers).toEqual({});
  });
});

describe('the name of a source', () => {
  const named = (rawPath: string) => sourceNameOf({ ...httpEvent({ via: 'Function URL' }), rawPath });
  test.each([
    { path: '/webhooks/github', name: 'github' },
    { path: '/webhooks/github/', name: 'github' },
    { path: '/stage/webhooks/github', name: 'github' },
    { path: 'webhooks/github', name: 'github' },
    { path: '/webhooks/', name: '' },
    { path: '/webhooks', name: '' },
    { path: '/my-webhooks/github', name: '' },
    { path: '/webhooks/github/other', name: '' },
    { path: '/', name: '' },
  ])('in $path is "$name"', ({ path, name }) => {
    expect(named(path)).toBe(name);
  });

  test('is the parameter where there are some', () => {
    expect(sourceNameOf(httpEvent({ via: 'HTTP API', source: 'github' }))).toBe('github');
    expect(sourceNameOf({ ...httpEvent({ via: 'REST API', source: 'a' }), path: '/webhooks/b' })).toBe('a');
  });
});

describe('an answer', () => {
  test.each(everyone.slice(0, 4))('has each header once: %s', (via) => {
    expect(answerHttp(httpEvent({ via }), 202, { Allow: 'POST' }, { a: 1 })).toEqual({
      statusCode: 202,
      headers: { Allow: 'POST' },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });

  test('has lists of values for a load balancer that takes no others', () => {
    const event = httpEvent({ via: 'load balancer, several values' });
    expect(answerHttp(event, 405, { Allow: 'POST', 'X-Some': 'thing' }, null)).toEqual({
      statusCode: 405,
      multiValueHeaders: { Allow: ['POST'], 'X-Some': ['thing'] },
      body: 'null',
      isBase64Encoded: false,
    });
  });

  test('has each header once if the event has no headers', () => {
    expect(answerHttp(headless, 200, { Allow: 'POST' }, null)).toMatchObject({ headers: { Allow: 'POST' } });
  });
});
