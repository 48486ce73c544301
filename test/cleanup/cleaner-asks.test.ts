import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import type { Config } from '../../lib/config/config.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { acmeConfig } from '../support/acme-config.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { SECRET, useEmulator } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { memoryLedger } from '../support/memory-table.ts';
import { recordLog } from '../support/recorded-log.ts';

const cloud = useEmulator();
let forge: LoopbackServer;
/** Status of the forge's answer about the repository. */
let status: number;

beforeEach(async () => {
  forge = await startLoopbackServer((response, { path }) => {
    respond(response, path === '/user' ? 200 : status, {});
  });
});
afterEach(() => forge.close());

const request = cleanupRequest({ source: 'github', sourceRepository: 'acme/api' });

function clean(sources: Config['sources'], api = 'token-of-the-forge') {
  const read = (reference: string) => Promise.resolve(reference === 'env:API' ? api : SECRET);
  const config = acmeConfig(cloud.url, { sources });
  const { log } = recordLog();
  const accounts = new Accounts(config.accounts, read, log);
  const checkExistence = createCheckExistence(config, read);
  return new Cleaner({
    config,
    accounts,
    checkExistence,
    ledger: memoryLedger(),
    log,
    findSources: (place) => findSources(config.routes, place),
  }).clean(request, noHurry);
}

const github = () => ({
  github: { type: 'github' as const, secret: 'env:X', api: { url: forge.url, credentials: 'env:API' } },
});

test('a repository of which the source says that it is gone loses its tasks', async () => {
  status = 404;
  const { outcomes } = await clean(github());
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted']);
  expect(forge.requests[0]).toMatchObject({
    path: '/repos/acme/api',
    headers: { authorization: 'Bearer token-of-the-forge' },
  });
});

test.each([
  {
    why: 'the source still has it',
    answer: 200,
    outcome: { outcome: 'kept', reason: 'still at the source' },
  },
  {
    why: 'it may not be seen',
    answer: 403,
    outcome: { outcome: 'failed', code: 'SOURCE_UNDECIDED', retryable: true },
  },
  {
    why: 'it was renamed',
    answer: 301,
    outcome: { outcome: 'failed', code: 'SOURCE_UNDECIDED', retryable: true },
  },
  {
    why: 'the source is down',
    answer: 502,
    outcome: { outcome: 'failed', code: 'SOURCE_UNDECIDED', retryable: true },
  },
])('nothing is listed if $why', async ({ answer, outcome }) => {
  status = answer;
  expect((await clean(github())).outcomes).toEqual([expect.objectContaining(outcome)]);
  expect(cloud.journal.entries).toEqual([]);
});

test('a person has to configure where to ask', async () => {
  const sources = { github: { type: 'github' as const, secret: 'env:X' } };
  expect((await clean(sources)).outcomes).toEqual([
    expect.objectContaining({ outcome: 'failed', code: 'SOURCE_API_MISSING', retryable: false }),
  ]);
  expect(cloud.journal.entries).toEqual([]);
});
