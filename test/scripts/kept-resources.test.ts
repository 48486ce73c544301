import { describe, expect, test } from '@jest/globals';
import { adoptResources, keptResources, protectTables } from '../../scripts/kept-resources.ts';
import { parseTemplate, Stack, type Template } from '../../scripts/stack.ts';
import { useAccount } from '../support/cloudformation.ts';

const TABLE = 'swr-sync-cleanup-prod-ledger';
const LOG_GROUP = '/aws/lambda/swr-sync-cleanup-prod-clean';
const retained = { DeletionPolicy: 'RetainExceptOnCreate' };
const Ledger = { Type: 'AWS::DynamoDB::Table', ...retained, Properties: { TableName: TABLE } };
const CleanLog = { Type: 'AWS::Logs::LogGroup', ...retained, Properties: { LogGroupName: LOG_GROUP } };
const Bucket = { Type: 'AWS::S3::Bucket' };
const SweepLog = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: `${LOG_GROUP}-2` } };
const packaged = templateOf({ Ledger, CleanLog, SweepLog, Bucket });

function templateOf(Resources: object, rest: object = {}): Template {
  return parseTemplate(JSON.stringify({ ...rest, Resources }));
}

const account = useAccount();
const adopt = (deployed?: Template) => adoptResources(new Stack('prod', 0), packaged, deployed);
const inputOf = (action: string) => account.calls.find((call) => call.action === action)?.input;

test('a removed stage keeps what its template retains', () => {
  expect(keptResources(packaged).map(({ name }) => name)).toEqual([TABLE, LOG_GROUP]);
});

describe('adopting', () => {
  test('imports the kept table and log group into a new stack, and nothing else', async () => {
    account.tables.set(TABLE, true);
    account.logGroups.add(LOG_GROUP);
    account.after = { ExecuteChangeSet: 'IMPORT_COMPLETE' };
    await expect(adopt()).resolves.toEqual([TABLE, LOG_GROUP]);
    const input = inputOf('cloudformation:CreateChangeSet');
    expect(input).toMatchObject({
      StackName: 'swr-sync-cleanup-prod',
      ChangeSetType: 'IMPORT',
      'ResourcesToImport.member.1.ResourceType': 'AWS::DynamoDB::Table',
      'ResourcesToImport.member.1.LogicalResourceId': 'Ledger',
      'ResourcesToImport.member.1.ResourceIdentifier.entry.1.key': 'TableName',
      'ResourcesToImport.member.1.ResourceIdentifier.entry.1.value': TABLE,
      'ResourcesToImport.member.2.LogicalResourceId': 'CleanLog',
      'ResourcesToImport.member.2.ResourceIdentifier.entry.1.key': 'LogGroupName',
      'ResourcesToImport.member.2.ResourceIdentifier.entry.1.value': LOG_GROUP,
    });
    expect(parseTemplate(String(input?.['TemplateBody'])).Resources).toMatchObject({ Ledger, CleanLog });
    expect(Object.keys(parseTemplate(String(input?.['TemplateBody'])).Resources)).toHaveLength(2);
  });

  test('adds what a failed first deployment left to its stack, and changes nothing else in it', async () => {
    account.tables.set(TABLE, true);
    account.after = { ExecuteChangeSet: 'IMPORT_COMPLETE' };
    const deployed = templateOf({ Bucket }, { Outputs: { BucketName: { Value: 'bucket' } } });
    await expect(adopt(deployed)).resolves.toEqual([TABLE]);
    const body = parseTemplate(String(inputOf('cloudformation:CreateChangeSet')?.['TemplateBody']));
    expect(body).toEqual({
      ...deployed,
      Resources: { ...deployed.Resources, Ledger: packaged.Resources['Ledger'] },
    });
  });

  test('does nothing for a new stage, nor for resources of the stack', async () => {
    account.logGroups.add(`${LOG_GROUP}-2`);
    await expect(adopt()).resolves.toEqual([]);
    account.tables.set(TABLE, true);
    account.logGroups.add(LOG_GROUP);
    await expect(adopt(packaged)).resolves.toEqual([]);
    expect(account.calls.filter(({ action }) => action.startsWith('cloudformation:'))).toEqual([]);
  });

  test('deletes the new stack again if CloudFormation rejects the import', async () => {
    account.tables.set(TABLE, true);
    account.changeSet = { status: 'FAILED', reason: `${TABLE} already exists in stack other` };
    account.after = { DeleteStack: undefined };
    await expect(adopt()).rejects.toThrow(
      `${TABLE} can't be adopted: ${TABLE} already exists in stack other`,
    );
    expect(inputOf('cloudformation:ExecuteChangeSet')).toBeUndefined();
    expect(inputOf('cloudformation:DeleteStack')).toMatchObject({ StackName: 'swr-sync-cleanup-prod' });
  });

  test('says why an import was rolled back, and keeps a stack that was there before', async () => {
    account.tables.set(TABLE, true);
    account.after = { ExecuteChangeSet: 'IMPORT_ROLLBACK_COMPLETE' };
    account.events = [
      { resource: 'stack', status: 'IMPORT_IN_PROGRESS' },
      { resource: 'Ledger', status: 'IMPORT_FAILED', reason: 'not authorized' },
    ];
    await expect(adopt(templateOf({ Bucket }))).rejects.toThrow(/IMPORT_ROLLBACK_COMPLETE.*not authorized/s);
    expect(inputOf('cloudformation:DeleteStack')).toBeUndefined();
  });
});

describe('deletion protection', () => {
  test('is switched on for each table that outlives its stack', async () => {
    account.tables.set(TABLE, false).set('other', false);
    await protectTables(
      templateOf({ Ledger, Other: { Type: Ledger.Type, Properties: { TableName: 'other' } } }),
    );
    expect([...account.tables]).toEqual([
      [TABLE, true],
      ['other', false],
    ]);
  });

  test('is left alone where it is on', async () => {
    account.tables.set(TABLE, true);
    await protectTables(packaged);
    expect(account.calls.map(({ action }) => action)).toEqual(['dynamodb:DescribeTable']);
  });
});
