import { expect, test } from '@jest/globals';
import { formatCurl, webhookAddress } from '../../../cli/send/webhook-request.ts';

test.each([
  { why: 'the output of a deployment', address: 'https://x.example/webhooks', path: '/webhooks/github' },
  { why: 'with a slash', address: 'https://x.example/webhooks/', path: '/webhooks/github' },
  {
    why: 'with the stage of a REST API',
    address: 'https://x.example/v1/webhooks',
    path: '/v1/webhooks/github',
  },
  { why: 'complete', address: 'https://x.example/webhooks/github', path: '/webhooks/github' },
  { why: 'complete under another path', address: 'https://x.example/in/github/', path: '/in/github/' },
  { why: 'only a host', address: 'http://127.0.0.1:3000', path: '/webhooks/github' },
  {
    why: 'of a source "webhooks"',
    source: 'webhooks',
    address: 'https://x.example/webhooks',
    path: '/webhooks/webhooks',
  },
  {
    why: 'complete for it',
    source: 'webhooks',
    address: 'https://x.example/webhooks/webhooks',
    path: '/webhooks/webhooks',
  },
])('completes an address: $why', ({ source = 'github', address, path }) => {
  expect(webhookAddress(address, source).pathname).toBe(path);
});

test.each([
  { why: 'plain http, which everybody can read', address: 'http://x.example/webhooks' },
  { why: 'the name of a variable', address: 'env:WEBHOOK_URL' },
  { why: 'no URL', address: 'x.example' },
  { why: 'a password in it', address: 'https://user:hunter22@x.example/webhooks' },
  { why: 'a query in it', address: 'https://x.example/webhooks?a=b' },
])('rejects an address without repeating it: $why', ({ address }) => {
  expect(() => webhookAddress(address, 'github')).toThrow(
    /expected https, or http on loopback, found (?!.*hunter22)/,
  );
});

test('quotes a curl command for a shell', () => {
  const content = { headers: { A: "it's" }, body: '{}' };
  expect(formatCurl(new URL('https://x.example/'), content, 'B: …')).toBe(
    String.raw`curl -i 'https://x.example/' \
  -H 'A: it'\''s' \
  -H 'B: …' \
  --data-raw '{}'`,
  );
});
