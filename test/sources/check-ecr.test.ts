import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findEcrRepository } from '../../lib/sources/check-ecr.ts';
import { givingUpAfter } from '../support/deadline.ts';
import { AWS_ACCESS, setVariables } from '../support/environment.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

let server: LoopbackServer;
let restore: () => void;
let answer: { status: number; body: unknown } | undefined;

beforeEach(async () => {
  server = await startLoopbackServer((response) => {
    if (answer !== undefined) respond(response, answer.status, answer.body);
  });
  restore = setVariables({ AWS_ENDPOINT_URL: undefined, ...AWS_ACCESS, AWS_ENDPOINT_URL_ECR: server.url });
});

afterEach(async () => {
  restore();
  await server.close();
});

describe('a repository of ECR', () => {
  const failure = (__type: string) => ({ status: 400, body: { __type, message: 'no' } });
  test.each([
    {
      existence: 'exists',
      why: 'it is described',
      answered: { repositories: [{ repositoryName: 'team/app' }] },
    },
    {
      existence: 'unknown',
      why: 'another one is described',
      answered: { repositories: [{ repositoryName: 'team' }] },
    },
    { existence: 'unknown', why: 'none is described', answered: { repositories: [] } },
    { existence: 'unknown', why: 'the answer has another form', answered: {} },
  ])('is $existence where $why', async ({ answered, existence }) => {
    answer = { status: 200, body: answered };
    expect(await findEcrRepository('team/app', givingUpAfter(2000))).toBe(existence);
  });

  test.each([
    { existence: 'gone', answered: failure('RepositoryNotFoundException') },
    { existence: 'unknown', answered: failure('AccessDeniedException') },
    { existence: 'unknown', answered: failure('InvalidParameterException') },
    { existence: 'unknown', answered: { status: 404, body: '<html></html>' } },
    { existence: 'unknown', answered: { status: 503, body: '' } },
    { existence: 'unknown', answered: undefined },
  ])('is $existence where ECR answers $answered', async ({ answered, existence }) => {
    answer = answered;
    const startedAt = performance.now();
    expect(await findEcrRepository('team/app', givingUpAfter(300))).toBe(existence);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  test('is no answer where the call can not even be made: that is for a person', async () => {
    process.env['AWS_ENDPOINT_URL_ECR'] = 'not an address';
    await expect(findEcrRepository('team/app', givingUpAfter(2000))).rejects.toThrow('Invalid URL');
  });

  test('is checked by its name', async () => {
    answer = { status: 200, body: {} };
    await findEcrRepository('team/app', givingUpAfter(2000));
    expect(server.requests).toMatchObject([
      {
        headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories' },
        body: '{"repositoryNames":["team/app"]}',
      },
    ]);
  });
});
