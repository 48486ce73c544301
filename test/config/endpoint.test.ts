import { describe, expect, test } from '@jest/globals';
import { faultOfEndpoint, resolveEndpoint } from '../../lib/config/endpoint.ts';

test.each([
  { endpoint: 'https://swr-api.cn-north-4.myhuaweicloud.com', fault: /^$/ },
  { endpoint: 'https://gateway.example.com/swr/', fault: /^$/ },
  { endpoint: 'http://127.0.0.1:8080', fault: /^$/ },
  { endpoint: 'http://localhost:8080/', fault: /^$/ },
  { endpoint: 'http://[::1]:8080', fault: /^$/ },
  { endpoint: 'env:SWR_ENDPOINT', fault: /^$/ },
  { endpoint: 'http://127.0.0.1.example.com', fault: /not https/ },
  { endpoint: 'http://swr.example.com', fault: /not https/ },
  { endpoint: 'ftp://127.0.0.1', fault: /not https/ },
  { endpoint: 'https://user@swr.example.com', fault: /a user/ },
  { endpoint: 'https://swr.example.com?x=1', fault: /a query/ },
  { endpoint: 'swr.example.com', fault: /not a URL/ },
  { endpoint: '', fault: /not a URL/ },
])('$endpoint as an endpoint: $fault', ({ endpoint, fault }) => {
  expect(faultOfEndpoint(endpoint) ?? '').toMatch(fault);
});

describe('an endpoint from the environment', () => {
  test('is what the variable holds, without its last slash', () => {
    expect(resolveEndpoint('env:SWR', { SWR: 'http://127.0.0.1:8080/' })).toBe('http://127.0.0.1:8080');
  });

  test.each([
    { why: 'missing', env: {} },
    { why: 'empty', env: { SWR: '' } },
    { why: 'not safe', env: { SWR: 'http://swr.example.com' } },
    { why: 'another reference', env: { SWR: 'env:OTHER' } },
  ])('is refused if it is $why', ({ env }) => {
    expect(() => resolveEndpoint('env:SWR', env)).toThrow('environment variable SWR: expected an endpoint');
  });
});
