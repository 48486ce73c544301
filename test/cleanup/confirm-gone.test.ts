import { describe, expect, test } from '@jest/globals';
import { confirmGone, type Existence, type SourceRepository } from '../../lib/cleanup/confirm-gone.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { ServiceError } from '../../lib/failure.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';

const ORIGINS: readonly SourceRepository[] = [
  { source: 'github', repository: 'acme/api' },
  { source: 'ecr', repository: 'api', targets: [DR] },
  { source: 'gitlab', repository: 'acme/api' },
];

/** Asks about a request; what is not among the answers is gone. */
async function ask(
  request: Partial<CleanupRequest>,
  answers: Readonly<Record<string, Existence | Error>> = {},
  origins: readonly SourceRepository[] = ORIGINS,
) {
  const asked: string[] = [];
  const outcome = await confirmGone(cleanupRequest(request), 'main', noHurry, {
    findSources: () => origins,
    checkExistence(source, name, _deadline, kind) {
      asked.push(`${kind} ${source}:${name}`);
      const answer = answers[`${source}:${name}`] ?? 'gone';
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return { outcome, asked: asked.toSorted() };
}
const shared = { source: 'github', sourceRepository: 'Acme/API', checkAllSources: true } as const;
const kept = (livingSource: string) => ({ outcome: 'kept', reason: 'still at the source', livingSource });

describe('before anything is deleted', () => {
  test('a request that names an SWR repository directly needs no check', async () => {
    expect(await ask({})).toEqual({ outcome: undefined, asked: [] });
  });

  test('every source repository that leads there is asked once, whatever its case', async () => {
    expect(await ask(shared)).toEqual({
      outcome: undefined,
      asked: ['repository ecr:api', 'repository github:Acme/API', 'repository gitlab:acme/api'],
    });
  });

  test('those are left out that mean other tasks', async () => {
    const { asked } = await ask({ ...shared, targets: [APAC] });
    expect(asked).toEqual(['repository github:Acme/API', 'repository gitlab:acme/api']);
  });

  test('an organization is checked as one', async () => {
    const request = { source: 'github', sourceOrganization: 'acme' };
    expect(await ask(request)).toEqual({ outcome: undefined, asked: ['organization github:acme'] });
    expect((await ask(request, { 'github:acme': 'exists' })).outcome).toEqual(kept('github:acme'));
    expect((await ask(request, { 'github:acme': 'unknown' })).outcome).toMatchObject({
      code: 'SOURCE_UNDECIDED',
    });
  });
});

describe('of several source repositories', () => {
  const error = new ServiceError({ code: 'SOURCE_API_MISSING', message: 'no API', retryable: false });

  test.each<{ why: string; answers: Record<string, Existence | Error> }>([
    { why: 'the others are gone', answers: {} },
    { why: 'another is not known', answers: { 'ecr:api': 'unknown' } },
    { why: 'another can not be asked', answers: { 'ecr:api': error } },
  ])('one that exists keeps the tasks: $why', async ({ answers }) => {
    const { outcome } = await ask(shared, { ...answers, 'gitlab:acme/api': 'exists' });
    expect(outcome).toEqual(kept('gitlab:acme/api'));
  });

  test('undecided ones are named in a transient failure', async () => {
    const { outcome } = await ask(shared, { 'gitlab:acme/api': 'unknown', 'ecr:api': 'unknown' });
    expect(outcome).toEqual({
      outcome: 'failed',
      code: 'SOURCE_UNDECIDED',
      message: expect.stringMatching(/(?=.*gitlab:acme\/api)(?=.*ecr:api)/),
      retryable: true,
    });
  });

  test("one that the route doesn't determine is undecided", async () => {
    const { outcome } = await ask(shared, {}, [...ORIGINS, { source: 'gitea' }]);
    expect(outcome).toMatchObject({
      code: 'SOURCE_UNDECIDED',
      message: expect.stringContaining('every repository of gitea that leads to acme/payments/api'),
      retryable: true,
    });
  });

  test('at most ten are named', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ source: `s${index}` }));
    const { outcome } = await ask(shared, {}, many);
    expect(outcome).toMatchObject({
      message: expect.stringMatching(/about .* of s9 [^,]* \(12 in total\)$/),
    });
  });

  test('a failed check fails the request', async () => {
    expect((await ask(shared, { 'ecr:api': error })).outcome).toMatchObject({
      code: 'SOURCE_API_MISSING',
      retryable: false,
    });
  });
});

test('those of an organization are undecided', async () => {
  const { repository: _, ...whole } = cleanupRequest({ checkAllSources: true });
  const parts = { findSources: () => ORIGINS, checkExistence: () => Promise.resolve('gone' as const) };
  expect(await confirmGone(whole, 'main', noHurry, parts)).toMatchObject({
    code: 'SOURCE_UNDECIDED',
    message: expect.stringContaining('any source that leads to acme/*'),
  });
});
