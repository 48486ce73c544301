import { describe, expect, test } from '@jest/globals';
import { explainAnswer } from '../../scripts/send/explain-answer.ts';

describe('what an answer means', () => {
  const sent = {
    source: 'github',
    stage: 'prod',
    reference: 'env:X',
    event: 'deletion',
    local: false,
  } as const;
  const accepted = JSON.stringify({ status: 'accepted', id: 'one', requests: [{ namespace: 'a' }] });
  const ignored = JSON.stringify({ status: 'ignored', reason: 'no route' });
  test.each([
    {
      why: 'accepted',
      status: 202,
      body: accepted,
      ok: true,
      says: /request for a\/\*.*swr-sync-cleanup-prod-clean.*id one/,
    },
    { why: 'ignored', status: 200, body: ignored, ok: true, says: /reason: no route\.$/ },
    {
      why: 'ignored, routed',
      status: 200,
      body: ignored,
      ok: true,
      routeCommand: 'npm run route',
      says: /See: npm run route$/,
    },
    {
      why: 'a ping',
      status: 200,
      body: ignored,
      ok: true,
      event: 'ping' as const,
      says: /deletes nothing\.$/,
    },
    { why: 'something else', status: 200, body: '<html>', ok: false, says: /no answer of swr-sync-cleanup/ },
    {
      why: 'another shape',
      status: 200,
      body: '{"status":"ok"}',
      ok: false,
      says: /no answer of swr-sync-cleanup/,
    },
    { why: 'a wrong secret', status: 401, body: '{}', ok: false, says: /proved with env:X/ },
    { why: 'a firewall', status: 403, body: '', ok: false, says: /before the service/ },
    { why: 'a wrong address', status: 404, body: '{}', ok: false, says: /no source github/ },
    { why: 'another version', status: 422, body: '{}', ok: false, says: /prod-receive/ },
    { why: 'throttled', status: 429, body: '', ok: false, says: /Throttled/ },
    { why: 'no queue', status: 503, body: '{}', ok: false, says: /queue can not be reached/ },
    { why: 'a failure', status: 502, body: '', ok: false, says: /failed/ },
    { why: 'a redirect', status: 301, body: '', ok: false, says: /leads elsewhere/ },
    { why: 'no answer of its', status: 418, body: '', ok: false, says: /something else did/ },
  ])('$status: $why', ({ status, body, ok, says, event = sent.event, routeCommand }) => {
    const explained = explainAnswer(status, body, {
      ...sent,
      event,
      ...(routeCommand !== undefined && { routeCommand }),
    });
    expect(explained.ok).toBe(ok);
    expect(explained.text).toMatch(says);
  });
});
