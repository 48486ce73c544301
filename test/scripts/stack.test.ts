import { beforeEach, describe, expect, test } from '@jest/globals';
import { Stack } from '../../scripts/stack.ts';
import { useAccount } from '../support/cloudformation.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';

const account = useAccount();
const open = () => new Stack('prod', 0);

describe('the final state of a stack', () => {
  test('is waited for, through the rollback', async () => {
    account.statuses = ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'];
    await expect(open().settle()).resolves.toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('is none if there is no stack, also after a deletion', async () => {
    account.statuses = ['DELETE_IN_PROGRESS', undefined];
    await expect(open().settle()).resolves.toBeUndefined();
  });

  test('is that of a stack with nothing but a change set, which nobody continues', async () => {
    account.statuses = ['REVIEW_IN_PROGRESS'];
    await expect(open().settle()).resolves.toBe('REVIEW_IN_PROGRESS');
  });

  test('is unknown if CloudFormation rejects the call', async () => {
    await using down = await startLoopbackServer((response) => {
      response.writeHead(403, { 'Content-Type': 'text/xml' });
      response.end(
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>',
      );
    });
    process.env['AWS_ENDPOINT_URL'] = down.url;
    await expect(open().settle()).rejects.toThrow('not you');
  });
});

test('outputs are read by name', async () => {
  account.statuses = ['UPDATE_COMPLETE'];
  await expect(open().outputs()).resolves.toEqual({ WebhookUrl: 'https://api/webhooks' });
});

describe('the explanation of a failure', () => {
  const rollback = [
    { resource: 'stack', status: 'UPDATE_IN_PROGRESS', reason: 'User Initiated' },
    { resource: 'Ledger', status: 'CREATE_IN_PROGRESS' },
    { resource: 'Bus', status: 'CREATE_FAILED', reason: 'Bus "swr" exists' },
    { resource: 'Queue', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
    { resource: 'stack', status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'failed: [Bus, Queue]' },
  ];

  beforeEach(() => {
    account.statuses = ['UPDATE_ROLLBACK_COMPLETE'];
  });

  test('is the first failed resource of the latest operation, over all pages', async () => {
    account.events = [
      { resource: 'stack', status: 'CREATE_IN_PROGRESS' },
      { resource: 'Bucket', status: 'CREATE_FAILED', reason: 'of an earlier operation' },
      ...rollback,
    ];
    await expect(open().explainFailure()).resolves.toEqual(['Bus (AWS::Test::Resource): Bus "swr" exists']);
  });

  test('names what the rollback left behind', async () => {
    account.events = [
      ...rollback,
      { resource: 'Ledger', status: 'DELETE_FAILED', reason: 'deletion protection' },
    ];
    await expect(open().explainFailure()).resolves.toEqual([
      'Bus (AWS::Test::Resource): Bus "swr" exists',
      'Not deleted by the rollback: Ledger (AWS::Test::Resource): deletion protection',
    ]);
  });

  test('is the failure of the stack itself if no resource has failed', async () => {
    account.events = [
      { resource: 'stack', status: 'UPDATE_IN_PROGRESS' },
      { resource: 'stack', status: 'UPDATE_FAILED', reason: 'no permission' },
    ];
    await expect(open().explainFailure()).resolves.toEqual([
      'stack (AWS::CloudFormation::Stack): no permission',
    ]);
  });

  test('is empty if nothing has happened since', async () => {
    account.events = rollback;
    const stack = open();
    const since = await stack.newestEvent();
    await expect(stack.explainFailure(since)).resolves.toEqual([]);
  });

  test('is empty if there is no stack', async () => {
    account.statuses = [undefined];
    await expect(open().explainFailure()).resolves.toEqual([]);
  });
});
