import { describe, expect, test } from '@jest/globals';
import { validateConfig } from '../../lib/config/validate-config.ts';
import { resolveEndpoint } from '../../lib/endpoint.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';

describe('an endpoint of the configuration', () => {
  const BAD = [
    { why: 'another host without TLS', url: 'http://swr.example.com' },
    { why: 'the metadata of an instance', url: 'http://169.254.169.254' },
    { why: 'a host that begins like loopback', url: 'http://127.0.0.1.evil.test' },
    { why: 'a host that begins like this machine', url: 'http://localhost.evil.test' },
    { why: 'any address of this machine', url: 'http://0.0.0.0:8080' },
    { why: 'loopback in another notation of IPv6', url: 'http://[::ffff:127.0.0.1]' },
    { why: 'loopback as a user', url: 'http://127.0.0.1@evil.test' },
    { why: 'a user', url: 'https://user@swr.example.com' },
    { why: 'a password', url: 'https://user:password@swr.example.com' },
    { why: 'a query, which would take in the path', url: 'https://swr.example.com?x=' },
    { why: 'a fragment, which would take in the path', url: 'https://swr.example.com#x' },
    { why: 'an empty query, which would take in the path', url: 'https://swr.example.com?' },
    { why: 'an empty fragment, which would take in the path', url: 'https://swr.example.com#' },
    { why: 'a file', url: 'file:///etc/passwd' },
    { why: 'a script', url: 'javascript:alert(1)' },
    { why: 'another protocol', url: 'ftp://swr.example.com' },
    { why: 'no URL', url: 'swr.example.com' },
    { why: 'a variable of a variable', url: 'env:env:X' },
  ];
  const pathsOf = (contents: unknown) => {
    const result = validateConfig('test', contents);
    return result.ok ? [] : result.issues.map(({ path }) => path);
  };

  test.each(BAD)('is not $why', ({ url }) => {
    const account = { region: 'cn-north-4', credentials: 'env:X' };
    expect(pathsOf({ accounts: { main: { ...account, iamEndpoint: url } } })).toEqual([
      'accounts.main.iamEndpoint',
    ]);
    expect(pathsOf({ accounts: { main: { ...account, swrEndpoint: url } } })).toEqual([
      'accounts.main.swrEndpoint',
    ]);
    const sources = { github: { type: 'github', secret: 'env:X', api: { url, credentials: 'env:X' } } };
    expect(pathsOf({ accounts: { main: account }, sources })).toEqual(['sources.github.api.url']);
    expect(() => resolveEndpoint('env:X', { X: url })).toThrow(
      'environment variable X: expected an endpoint, found',
    );
  });

  test('follows from a region that is nothing but a region', () => {
    for (const region of [...HOSTILE_NAMES, 'x.evil.test/', 'evil.test#', 'a:b@evil.test']) {
      expect(pathsOf({ accounts: { main: { region, credentials: 'env:X' } } })).toEqual([
        'accounts.main.region',
      ]);
    }
  });
});
