import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { startCloud } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';
import { failedAnswers } from './failed-answers.ts';

let cloud: Emulator;
let swr: SwrClient;
beforeEach(async () => {
  cloud = await startCloud();
  swr = swrClient(cloud.url);
});
afterEach(() => cloud.close());

describe('listing the organizations', () => {
  test.each([
    { why: 'there is one', others: [] },
    { why: 'there are several', others: ['platform', 'team_a'] },
    { why: 'there are more than a page of repositories has', others: manyNames(150) },
  ])('gives their names where $why', async ({ others }) => {
    for (const name of others) cloud.cloud.addOrganization(name);
    await expect(swr.listOrganizations(noHurry)).resolves.toEqual(['acme', ...others]);
    expect(cloud.journal.of('listNamespaces')).toMatchObject([{ path: '/v2/manage/namespaces' }]);
  });

  test('gives none where there are none', async () => {
    cloud.cloud.removeOrganization('acme');
    await expect(swr.listOrganizations(noHurry)).resolves.toEqual([]);
  });

  test('gives none where SWR says that it has none', async () => {
    cloud.fault('listNamespaces', { status: 404, code: 'SVCSTG.SWR.4040001' });
    await expect(swr.listOrganizations(noHurry)).resolves.toEqual([]);
  });

  test('gets a new token where the first one is not taken', async () => {
    cloud.fault('listNamespaces', { status: 401, code: 'SVCSTG.SWR.4010000' });
    await expect(swr.listOrganizations(noHurry)).resolves.toEqual(['acme']);
    expect(cloud.journal.of('createToken')).toHaveLength(2);
  });
});

describe('a failed list of the organizations', () => {
  test.each(failedAnswers)('is not an empty one where $why', async ({ fault, code, status, retryable }) => {
    cloud.fault('listNamespaces', fault);
    await expect(swr.listOrganizations(noHurry)).rejects.toMatchObject({
      failure: { code, status, retryable, message: expect.stringContaining('listing the organizations: ') },
    });
  });

  test.each([
    { why: 'it is empty', body: '' },
    { why: 'it breaks off', body: '{"namespaces":[{"name":"ac' },
    { why: 'it is an empty object', body: '{}' },
    { why: 'it is a bare array', body: '[{"name":"acme"}]' },
    { why: 'it is null', body: '{"namespaces":null}' },
    { why: 'one has no name', body: '{"namespaces":[{"name":"acme"},{"id":2}]}' },
  ])('is not an empty one where $why', async ({ body }) => {
    cloud.fault('listNamespaces', { status: 200, body });
    await expect(swr.listOrganizations(noHurry)).rejects.toMatchObject({
      failure: { code: 'HTTP_200', retryable: true },
    });
  });

  test('is worth another try where no answer comes', async () => {
    cloud.fault('listNamespaces', { hang: true });
    await expect(swr.listOrganizations(givingUpAfter(100))).rejects.toMatchObject({
      failure: { code: 'TIMEOUT', retryable: true },
    });
  });
});

function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `team-${index}`);
}
