import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';
import { Queue } from '../../lib/aws/queue.ts';
import type { Operation } from '../../local/huaweicloud/call.ts';
import { forward } from '../../local/loopback/forward.ts';
import { acmeAccount } from '../support/acme-config.ts';
import { APAC, DR, SECRET } from '../support/cloud.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';
import { useOperating } from '../support/operating.ts';
import { type AwsAccess, accessOf } from './aws-access.ts';
import { readPolicy } from './deploy-role.ts';

const OLD = '2026-03-02T08:15:27.53183Z';
const { statements } = readPolicy('docs/permissions/operator.json');

/** Action of IAM for each operation of SWR, and what it depends on. Source: API reference of SWR, "Authorization" of each. */
const SWR_ACTIONS: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  listNamespaces: ['swr:namespace:listNamespaces'],
  listRepositories: ['swr:repo:listRepos'],
  listSyncTasks: ['swr:repo:listAutoSyncRepoJobs'],
  deleteSyncTask: ['swr:repo:deleteAutoSyncRepoJob'],
  createSyncTask: [
    'swr:repo:createAutoSyncRepoJob',
    'swr:repo:download',
    'swr:repo:upload',
    'swr::createLoginSecret',
  ],
};

const operating = useOperating();
/** Services that `operating` has, and those that it doesn't. */
let recorder: LoopbackServer;
/** Calls of AWS that the commands made. */
let calls: AwsAccess[];
/** Actions of IAM in Huawei Cloud that each command needs. */
const swrActions = new Map<string, Set<string>>();

beforeAll(async () => {
  const { cloud, environment, names } = operating;
  const passOn =
    (variable: string): Answering =>
    (response, { headers, body }) =>
      void forward(environment[variable] ?? '', headers, body).then(({ status, text }) =>
        respond(response, status, text),
      );
  const answers: Readonly<Record<string, Answering>> = {
    AmazonSQS: passOn('AWS_ENDPOINT_URL_SQS'),
    DynamoDB_20120810: passOn('AWS_ENDPOINT_URL_DYNAMODB'),
    secretsmanager: (response) => respond(response, 200, { SecretString: SECRET }),
    AmazonSSM: (response) => respond(response, 200, { Parameter: { Value: 'a-secret-of-this-test' } }),
    AmazonEC2ContainerRegistry_V20150921: (response) =>
      respond(response, 400, { __type: 'RepositoryNotFoundException' }),
  };
  recorder = await startLoopbackServer((response, request) => {
    const [service = ''] = String(request.headers['x-amz-target']).split('.');
    answers[service]?.(response, request);
  });
  const variables = ['SQS', 'DYNAMODB', 'SECRETS_MANAGER', 'SSM', 'ECR'];
  const recorded = Object.fromEntries(variables.map((name) => [`AWS_ENDPOINT_URL_${name}`, recorder.url]));
  await operating.writeConfig('test', {
    accounts: { main: acmeAccount(cloud.url, { credentials: 'secretsmanager:swr-sync-cleanup/test/hwc' }) },
    sources: { github: { type: 'github', secret: 'ssm:/swr-sync-cleanup/test/github' } },
    routes: [{ from: 'ecr:shop/{name+}', to: 'shop/{name}' }],
    safety: { allowedTargets: ['cn-east-3/*'] },
    sweep: { mode: 'apply', maxPercent: 100 },
    events: { confirmEcr: true },
  });
  for (const [namespace, target] of [
    ['shop', DR],
    ['shop', APAC],
    ['old', DR],
  ] as const) {
    cloud.cloud.addRepository(namespace, 'api');
    cloud.cloud.addTask({ namespace, repository: 'api', ...target, createdAt: OLD });
  }
  const deadLetters = new Queue(operating.urlOf(names.deadLetterQueue));
  const sweepStep = { step: 'start', sweep: 'sweep-1', startedAt: OLD };
  for (const body of [{ namespace: 'shop', repository: 'api' }, sweepStep, 'not a request'])
    await deadLetters.sendWithAttributes(JSON.stringify(body), {}, 5000);

  const run = async (command: string) => {
    cloud.journal.clear();
    const { status, stderr } = await operating.run(command, recorded);
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    const needed = cloud.journal.entries.flatMap(({ operation }) => SWR_ACTIONS[operation] ?? []);
    swrActions.set(command, new Set(needed));
  };
  for (const command of [
    'doctor',
    'tasks',
    'sweep --dry-run',
    'clean old/api --yes',
    'clean old --organization --yes',
    'sweep --yes',
    'history --since 1h',
    'restore old --since 1h --yes',
    'failed list',
    'failed retry --all --yes',
    'send github --dry-run --url http://127.0.0.1:1',
    'pause',
    'resume',
  ])
    await run(command);
  const received = [recorder, operating.eventBridge, operating.switches].flatMap(({ requests }) => requests);
  const byName = received.map(accessOf).map((call) => [`${call.action} ${call.resource}`, call] as const);
  calls = [...new Map(byName).values()];
}, 60_000);
afterAll(() => recorder.close());

/** True if a statement lists the action, and a resource of it fits. */
const allows = (statement: (typeof statements)[number], { action, resource }: AwsAccess) =>
  statement.Action.includes(action) && statement.Resource.some((pattern) => fits(pattern, resource));
function fits(pattern: string, resource: string): boolean {
  const filled = pattern.replaceAll('STAGE', 'test').replaceAll(/ACCOUNT_ID|REGION/g, '');
  return new RegExp(`^${RegExp.escape(filled).replaceAll('\\*', '.+')}$`).test(resource);
}

describe("the operator's role in AWS", () => {
  test('may do what the commands do', () => {
    expect(calls.filter((call) => !statements.some((statement) => allows(statement, call)))).toEqual([]);
  });

  test('may do nothing else', () => {
    const unused = statements.flatMap((statement) => [
      ...statement.Action.filter(
        (action) => !calls.some((call) => call.action === action && allows(statement, call)),
      ),
      ...statement.Resource.filter(
        (pattern) => !calls.some((call) => allows({ ...statement, Resource: [pattern] }, call)),
      ),
    ]);
    expect(unused).toEqual([]);
  });

  test('has wildcards where AWS or the configuration chooses the name only', () => {
    const wide = statements.filter(({ Action, Resource }) => [...Action, ...Resource].join().includes('*'));
    expect(wide.map(({ Sid }) => Sid)).toEqual([
      'LedgerIndexes',
      'EventSources',
      'LambdaState',
      'HttpApiThrottle',
      'Secrets',
      'Parameters',
      'EcrRepositories',
    ]);
  });

  test('can not overwrite or delete entries of deletions', () => {
    const writing = statements.filter(({ Action }) => /Write|Put|Delete/.test(Action.join()));
    const onLedger = writing.filter(({ Resource }) => Resource.join().includes(':dynamodb:'));
    expect(onLedger).toMatchObject([
      { Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['sweep#*', 'suspicion#*'] } } },
    ]);
  });
});

const huaweiCloudSchema = v.object({
  Version: v.literal('1.1'),
  Statement: v.tuple([v.object({ Effect: v.literal('Allow'), Action: v.array(v.string()) })]),
});

describe("the user's policy in Huawei Cloud", () => {
  test.each([
    { policy: 'cleanup', commands: ['clean old/api --yes', 'clean old --organization --yes'] },
    { policy: 'sweep', commands: ['sweep --dry-run', 'tasks', 'doctor'] },
    { policy: 'restore', commands: ['restore old --since 1h --yes'] },
  ])('of $policy allows what it needs, and nothing else', ({ policy, commands }) => {
    const text = readFileSync(join(ROOT, `docs/permissions/huaweicloud-${policy}.json`), 'utf8');
    const [{ Action }] = v.parse(huaweiCloudSchema, JSON.parse(text)).Statement;
    const needed = new Set(commands.flatMap((command) => [...(swrActions.get(command) ?? [])]));
    expect(Action.toSorted()).toEqual([...needed].toSorted());
  });
});
