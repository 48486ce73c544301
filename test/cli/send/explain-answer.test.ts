import { describe, expect, test } from '@jest/globals';
import { explainAnswer } from '../../../cli/send/explain-answer.ts';

describe('the explanation of an answer', () => {
  const sent = {
    source: 'github',
    stage: 'prod',
    reference: 'env:X',
    event: 'deletion',
    local: false,
  } as const;
  const accepted = { status: 'accepted', id: 'one', requests: [{ namespace: 'a' }] };
  const ignored = { status: 'ignored', reason: 'no route' };
  const routed = { routeCommand: 'swr-sync route' };

  test.each([
    {
      why: 'accepted',
      status: 202,
      answer: accepted,
      says: /request for a\/\* .*swr-sync-cleanup-prod-clean.*id one/,
    },
    { why: 'ignored', status: 200, answer: ignored, says: /reason: no route\.$/ },
    { why: 'ignored, routed', status: 200, answer: ignored, more: routed, says: /See: swr-sync route$/ },
    {
      why: 'a ping',
      status: 200,
      answer: ignored,
      more: { event: 'ping' as const },
      says: /right answer to a ping\.$/,
    },
  ])('of a success: $why', ({ status, answer, more, says }) => {
    expect(explainAnswer(status, answer, { ...sent, ...more })).toEqual({
      ok: true,
      text: expect.stringMatching(says),
    });
  });

  test.each([
    { why: 'something else', status: 200, answer: '<html>', says: /^Not an answer of swr-sync-cleanup/ },
    {
      why: 'another shape',
      status: 200,
      answer: { status: 'ok' },
      says: /^Not an answer of swr-sync-cleanup/,
    },
    {
      why: 'a wrong secret',
      status: 401,
      says: /signed with env:X\. The deployed stage uses a different secret/,
    },
    { why: 'a firewall', status: 403, says: /in front of the service/ },
    { why: 'a wrong address', status: 404, says: /no source github/ },
    { why: 'another version', status: 422, says: /prod-receive/ },
    { why: 'throttled', status: 429, says: /Throttled/ },
    { why: 'no queue', status: 503, says: /queue is unavailable/ },
    { why: 'a failure', status: 502, says: /failed/ },
    { why: 'a redirect', status: 301, says: /redirects elsewhere/ },
    { why: 'an answer of something else', status: 418, says: /something else did/ },
  ])('of a failure: $status, $why', ({ status, answer, says }) => {
    expect(explainAnswer(status, answer, sent)).toEqual({ ok: false, text: expect.stringMatching(says) });
  });
});
