import { expect, test } from '@jest/globals';
import { parseRequest } from '../../lib/cleanup/request.ts';
import { requestsOf } from '../../lib/sweep/finish-sweep.ts';
import type { FoundTask, SweepFinding } from '../../lib/sweep/ledger.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';

const sweep = { id: 's1', startedAt: '2026-11-24T03:00:00.000Z' };
const ofTarget = (target: FoundTask['target']): FoundTask => ({
  target,
  reasons: ['target organization is gone'],
});
const ofSource = (target: FoundTask['target'], repository: string): FoundTask => ({
  target,
  reasons: ['source repository is gone'],
  source: { name: 'github', repository },
});
const finding = (...tasks: FoundTask[]): SweepFinding => ({
  account: 'main',
  namespace: 'acme',
  repository: 'payments/api',
  tasks,
});

test('tasks deleted because of their targets are one request without an existence check', () => {
  expect(requestsOf(finding(ofTarget(DR), ofTarget(APAC)), sweep)).toEqual([
    {
      version: 1,
      id: expect.stringMatching(/^sweep-s1-[0-9a-f]{16}$/),
      source: 'sweep',
      occurredAt: sweep.startedAt,
      account: 'main',
      namespace: 'acme',
      repository: 'payments/api',
      targets: [DR, APAC],
    },
  ]);
});

test('tasks that go for their source are a request for which it is asked once more', () => {
  expect(requestsOf(finding(ofSource(DR, 'acme/api')), sweep)).toMatchObject([
    { source: 'github', sourceRepository: 'acme/api', checkAllSources: true, targets: [DR] },
  ]);
});

test('both kinds are two requests, and so are two source repositories', () => {
  const both = finding(ofTarget(DR), ofSource(APAC, 'acme/api'), ofSource(EMEA, 'acme/old-api'));
  const requests = requestsOf(both, sweep);
  expect(requests).toMatchObject([
    { source: 'sweep', targets: [DR] },
    { sourceRepository: 'acme/api', targets: [APAC] },
    { sourceRepository: 'acme/old-api', targets: [EMEA] },
  ]);
  expect(new Set(requests.map(({ id }) => id)).size).toBe(3);
});

test('they are the same every time, and others for another repository, account and sweep', () => {
  const one = finding(ofTarget(DR));
  const idOf = (found: SweepFinding, id = 's1') => requestsOf(found, { ...sweep, id })[0]?.id;
  expect(idOf(one)).toBe(idOf({ ...one }));
  const ids = [
    idOf(one),
    idOf(one, 's2'),
    idOf({ ...one, account: 'other' }),
    idOf({ ...one, namespace: 'b' }),
    idOf({ ...one, repository: 'web' }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('a request is valid, with the longest names too', () => {
  const long = { ...finding(ofTarget(DR)), namespace: 'n'.repeat(64), repository: 'r'.repeat(128) };
  const [request] = requestsOf(long, { ...sweep, id: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' });
  expect(parseRequest(request, { id: 'none' })).toEqual({ ok: true, value: request });
});
