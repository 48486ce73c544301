import { describe, expect, test } from '@jest/globals';
import { resolveEndpoint, validateEndpoint } from '../lib/endpoint.ts';

test.each([
  { endpoint: 'https://swr-api.cn-north-4.myhuaweicloud.com', issue: /^$/ },
  { endpoint: 'https://gateway.example.com/swr/', issue: /^$/ },
  { endpoint: 'http://127.0.0.1:8080', issue: /^$/ },
  { endpoint: 'http://localhost:8080/', issue: /^$/ },
  { endpoint: 'http://[::1]:8080', issue: /^$/ },
  { endpoint: 'env:SWR_ENDPOINT', issue: /^$/ },
  { endpoint: 'http://127.100.20.3:8080', issue: /^$/ },
  { endpoint: 'http://notlocalhost:8080', issue: /not https/ },
  { endpoint: 'http://swr.example.com/env:SWR', issue: /not https/ },
  { endpoint: 'env:SWR-ENDPOINT', issue: /not https/ },
  { endpoint: 'https://:password@swr.example.com', issue: /a user or a password in it/ },
  { endpoint: 'https://swr.example.com#x', issue: /a fragment/ },
  { endpoint: 'http://127.0.0.1.example.com', issue: /not https/ },
  { endpoint: 'http://swr.example.com', issue: /not https/ },
  { endpoint: 'ftp://127.0.0.1', issue: /not https/ },
  { endpoint: 'https://user@swr.example.com', issue: /a user/ },
  { endpoint: 'https://swr.example.com?x=1', issue: /a query/ },
  { endpoint: 'swr.example.com', issue: /not a URL/ },
  { endpoint: '', issue: /not a URL/ },
])('"$endpoint" as an endpoint: $issue', ({ endpoint, issue }) => {
  expect(validateEndpoint(endpoint) ?? '').toMatch(issue);
});

test('a literal endpoint is used as it is', () => {
  expect(resolveEndpoint('https://swr.example.com', {})).toBe('https://swr.example.com');
});

describe('an endpoint from the environment', () => {
  test('is what the variable holds, without its last slash', () => {
    expect(resolveEndpoint('env:SWR', { SWR: 'http://127.0.0.1:8080/' })).toBe('http://127.0.0.1:8080');
  });

  test.each([
    { why: 'missing', env: {}, found: 'not a URL' },
    { why: 'empty', env: { SWR: '' }, found: 'not a URL' },
    { why: 'not safe', env: { SWR: 'http://swr.example.com' }, found: 'not https, and not on loopback' },
    { why: 'another reference', env: { SWR: 'env:OTHER' }, found: 'not a URL' },
  ])('is rejected when it is $why', ({ env, found }) => {
    const message = `environment variable SWR: expected an endpoint, found ${found}`;
    expect(() => resolveEndpoint('env:SWR', env)).toThrow(message);
  });
});
