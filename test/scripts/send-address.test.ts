import { describe, expect, test } from '@jest/globals';
import { webhookAddress } from '../../scripts/send/webhook-address.ts';

describe('the address', () => {
  test.each([
    {
      why: 'the output of a deployment',
      address: 'https://x.example/webhooks',
      expected: '/webhooks/github',
    },
    { why: 'with a slash', address: 'https://x.example/webhooks/', expected: '/webhooks/github' },
    {
      why: 'with the stage of a REST API',
      address: 'https://x.example/v1/webhooks',
      expected: '/v1/webhooks/github',
    },
    { why: 'complete already', address: 'https://x.example/webhooks/github', expected: '/webhooks/github' },
    { why: 'complete under another path', address: 'https://x.example/in/github/', expected: '/in/github/' },
    { why: 'only a host', address: 'http://127.0.0.1:3000', expected: '/webhooks/github' },
    {
      why: 'a source of a strange name',
      source: 'webhooks',
      address: 'https://x.example/webhooks',
      expected: '/webhooks/webhooks',
    },
    {
      why: 'that one complete',
      source: 'webhooks',
      address: 'https://x.example/webhooks/webhooks',
      expected: '/webhooks/webhooks',
    },
  ])('may be $why', ({ source = 'github', address, expected }) => {
    expect(webhookAddress(address, source).pathname).toBe(expected);
  });

  test.each([
    { why: 'plain http, which everybody can read', address: 'http://x.example/webhooks' },
    { why: 'the name of a variable', address: 'env:WEBHOOK_URL' },
    { why: 'no address', address: 'x.example' },
    { why: 'a password in it', address: 'https://user:hunter22@x.example/webhooks' },
    { why: 'a query in it', address: 'https://x.example/webhooks?a=b' },
  ])('may not be $why', ({ address }) => {
    expect(() => webhookAddress(address, 'github')).toThrow(/has to be https, or http on loopback/);
    expect(() => webhookAddress(address, 'github')).not.toThrow(/hunter22/);
  });
});
