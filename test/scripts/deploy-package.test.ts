import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { deployPackage } from '../../scripts/deploy.ts';
import { readPolicy } from '../security/deploy-role.ts';
import { type Account, useAccount } from '../support/cloudformation.ts';
import { useEach } from '../support/use.ts';

const TABLE = 'swr-sync-cleanup-prod-ledger';
const Ledger = {
  Type: 'AWS::DynamoDB::Table',
  DeletionPolicy: 'RetainExceptOnCreate',
  Properties: { TableName: TABLE },
};
const Queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'swr-sync-cleanup-prod' } };

const account = useAccount();
const packaged = useEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  const templateFile = join(folder, 'template.json');
  await writeFile(templateFile, JSON.stringify({ Resources: { Ledger, Queue } }));
  return { templateFile, close: () => rm(folder, { recursive: true }) };
});

/** Deploys, with an `osls` that brings the stack into a state; it creates the table of a new stack. */
async function deploy(
  after: string,
  { yes = false, failure }: { readonly yes?: boolean; readonly failure?: Account['events'] } = {},
): Promise<string[][]> {
  const commands: string[][] = [];
  const osls = async (command: string[]) => {
    commands.push(command);
    if (!account.tables.has(TABLE)) account.tables.set(TABLE, false);
    account.statuses = ['UPDATE_IN_PROGRESS', after];
    if (failure === undefined) return;
    account.events = failure;
    throw new Error('osls deploy failed (1)');
  };
  const { templateFile } = packaged;
  const options = { stage: 'prod', region: 'eu-central-1', yes };
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  await deployPackage(options, { osls, templateFile, pollMs: 0, input: Readable.from([]), output });
  return commands;
}

describe('a deployment', () => {
  test('of a new stage protects its ledger', async () => {
    await deploy('CREATE_COMPLETE');
    expect(account.tables.get(TABLE)).toBe(true);
  });

  test('of a removed stage adopts its ledger before it creates anything', async () => {
    account.tables.set(TABLE, true);
    account.after = { ExecuteChangeSet: 'IMPORT_COMPLETE' };
    await deploy('UPDATE_COMPLETE');
    expect(account.calls.map(({ action }) => action)).toContain('cloudformation:ExecuteChangeSet');
  });

  test('waits for the rollback, says why, and protects nothing', async () => {
    account.statuses = ['UPDATE_COMPLETE'];
    account.template = { Resources: { Ledger, Queue } };
    const failure = [
      { resource: 'stack', status: 'UPDATE_IN_PROGRESS' },
      { resource: 'Queue', status: 'UPDATE_FAILED', reason: 'no permission' },
    ];
    await expect(deploy('UPDATE_ROLLBACK_COMPLETE', { failure })).rejects.toThrow(
      'Not deployed: stack swr-sync-cleanup-prod is UPDATE_ROLLBACK_COMPLETE in eu-central-1.\n' +
        '  Queue (AWS::Test::Resource): no permission',
    );
    expect(account.tables.get(TABLE)).toBe(false);
  });

  test('after a rollback deploys the same package again', async () => {
    account.statuses = ['UPDATE_ROLLBACK_COMPLETE'];
    const [command] = await deploy('UPDATE_COMPLETE');
    expect(command).toContain('--force');
  });

  test('waits for another one that is under way', async () => {
    account.statuses = ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'];
    account.template = { Resources: { Ledger, Queue } };
    const [command] = await deploy('UPDATE_COMPLETE');
    expect(command).not.toContain('--force');
  });

  test.each([
    ['an interrupted adoption', 'REVIEW_IN_PROGRESS'],
    ['a creation that was rolled back', 'ROLLBACK_COMPLETE'],
  ])('deletes the stack without resources that %s has left', async (_cause, status) => {
    account.statuses = [status];
    account.after = { DeleteStack: undefined };
    await deploy('CREATE_COMPLETE');
    expect(account.calls.map(({ action }) => action)).toContain('cloudformation:DeleteStack');
  });

  test.each([
    [
      'UPDATE_ROLLBACK_FAILED',
      'aws cloudformation continue-update-rollback --stack-name swr-sync-cleanup-prod',
    ],
    ['DELETE_FAILED', 'npm run remove -- --stage prod --region eu-central-1'],
  ])('of a stack that is %s fails at once, with the next step', async (status, next) => {
    account.statuses = [status];
    await expect(deploy('UPDATE_COMPLETE')).rejects.toThrow(next);
  });

  test('that would delete messages needs a confirmation', async () => {
    account.statuses = ['UPDATE_COMPLETE'];
    account.template = { Resources: { Ledger, Renamed: { ...Queue, Properties: { QueueName: 'old' } } } };
    await expect(deploy('UPDATE_COMPLETE')).rejects.toThrow(/no terminal.*--yes/);
    await expect(deploy('UPDATE_COMPLETE', { yes: true })).resolves.toHaveLength(1);
  });

  test('calls nothing that the role of the workflow may not call', async () => {
    account.tables.set(TABLE, false);
    account.logGroups.add('any');
    account.statuses = ['REVIEW_IN_PROGRESS'];
    account.after = { DeleteStack: undefined, ExecuteChangeSet: 'IMPORT_COMPLETE' };
    await deploy('UPDATE_COMPLETE');
    account.template = { Resources: { Ledger, Queue } };
    await deploy('UPDATE_COMPLETE');
    const { statements } = readPolicy('.github/aws/deploy-permissions.json');
    const allowed = new Set(statements.flatMap(({ Action }) => Action));
    const called = [...new Set(account.calls.map(({ action }) => action))];
    expect(called).toEqual(
      expect.arrayContaining(['dynamodb:UpdateTable', 'cloudformation:CreateChangeSet']),
    );
    expect(called.filter((action) => !allowed.has(action))).toEqual([]);
  });
});
