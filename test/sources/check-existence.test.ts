import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { configOf } from '../support/config.ts';
import { noHurry } from '../support/deadline.ts';
import { AWS_ACCESS, setVariables } from '../support/environment.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';

let server: LoopbackServer;
let answer: Answering;
let restore: () => void;
beforeEach(async () => {
  answer = (response) => respond(response, 200, {});
  server = await startLoopbackServer((...request) => answer(...request));
  restore = setVariables({ FORGE_API: `${server.url}/`, ...AWS_ACCESS, AWS_ENDPOINT_URL_ECR: server.url });
});
afterEach(async () => {
  restore();
  await server.close();
});

const github = { type: 'github', secret: 'env:X' };
const api = { url: 'env:FORGE_API', credentials: 'env:FORGE_TOKEN' };
const read = (reference: string) => Promise.resolve(`${reference} as it is stored\r\n`);
const ask = (name: string) =>
  createCheckExistence(
    configOf({
      sources: {
        forge: { ...github, api },
        silent: { ...github, secret: 'env:Y' },
        anyone: { type: 'standard-webhooks', secret: 'env:Z' },
      },
    }),
    read,
  )(name, 'acme/api', noHurry);

test('a source is checked at its API, with the stored credentials', async () => {
  expect(await ask('forge')).toBe('exists');
  expect(server.requests).toMatchObject([
    { path: '/repos/acme/api', headers: { authorization: 'Bearer env:FORGE_TOKEN as it is stored' } },
  ]);
});

test('its answer is given as it is', async () => {
  answer = (response, { path }) => respond(response, path === '/user' ? 200 : 404, {});
  expect(await ask('forge')).toBe('gone');
});

test('ECR is checked without configuration', async () => {
  answer = (response) => respond(response, 400, { __type: 'RepositoryNotFoundException' });
  expect(await ask('ecr')).toBe('gone');
  expect(server.requests).toMatchObject([{ body: '{"repositoryNames":["acme/api"]}' }]);
});

describe('no check is made, and the failure is permanent,', () => {
  test.each([
    { why: 'where there is no API', name: 'silent' },
    { why: 'where there can be none', name: 'anyone' },
    { why: 'where there is no such source', name: 'other' },
  ])('$why', async ({ name }) => {
    await expect(ask(name)).rejects.toMatchObject({
      failure: {
        code: 'SOURCE_API_MISSING',
        message: `the request requires a check of source ${name}: configure sources.${name}.api`,
        retryable: false,
      },
    });
    expect(server.requests).toEqual([]);
  });
});

describe('about an organization', () => {
  const askOrganization = (name: string, type = 'github') => {
    const config = configOf({ sources: { forge: { type, secret: 'env:X', api } } });
    return createCheckExistence(config, read)(name, 'acme', noHurry, 'organization');
  };

  test('a forge is checked at its API', async () => {
    expect(await askOrganization('forge')).toBe('exists');
    expect(server.requests).toMatchObject([{ path: '/orgs/acme' }]);
  });

  test.each([
    {
      why: 'a registry',
      name: 'forge',
      type: 'harbor',
      says: /^the request requires a check of an organization of source forge, and harbor supports/,
    },
    { why: 'Amazon ECR', name: 'ecr', type: 'github', says: /^the request requires a check of source ecr: / },
    { why: 'a source without an API', name: 'other', type: 'github', says: /configure sources\.other\.api/ },
  ])('$why has no such check', async ({ name, type, says }) => {
    await expect(askOrganization(name, type)).rejects.toMatchObject({
      failure: { code: 'SOURCE_API_MISSING', message: expect.stringMatching(says), retryable: false },
    });
    expect(server.requests).toEqual([]);
  });
});

test('credentials that can not be read are no answer', async () => {
  const config = configOf({ sources: { forge: { ...github, api } } });
  const away = createCheckExistence(config, () => Promise.reject(new Error('away')));
  await expect(away('forge', 'acme/api', noHurry)).rejects.toThrow('away');
});

test('an API whose address is none stops no other one', async () => {
  const recorded = recordLog();
  const broken = { ...github, secret: 'env:Y', api: { ...api, url: 'env:NO_FORGE_API' } };
  const config = configOf({ sources: { forge: { ...github, api }, broken } });
  const question = createCheckExistence(config, read, recorded.log);
  const failure = {
    code: 'ENDPOINT_UNUSABLE',
    message:
      'Unusable endpoint for the API of source broken: environment variable NO_FORGE_API: expected an endpoint, found not a URL',
    retryable: false,
  };
  await expect(question('broken', 'acme/api', noHurry)).rejects.toMatchObject({ failure });
  expect(recorded.of('unusable')).toMatchObject([
    { level: 'error', of: 'the API of source broken', ...failure },
  ]);
  expect(await question('forge', 'acme/api', noHurry)).toBe('exists');
});
