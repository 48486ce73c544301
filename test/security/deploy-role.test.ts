import { describe, expect, test } from '@jest/globals';
import { readPolicy } from './deploy-role.ts';

const { text, statements } = readPolicy('.github/aws/deploy-permissions.json');
const actions = statements.flatMap(({ Action }) => Action);

describe('the role that deploys', () => {
  test('gets each action by its name', () => {
    for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
  });

  test('reaches nothing but the stage, apart from what has no name that one could choose', () => {
    const others = statements.filter(({ Resource }) =>
      Resource.some((each) => !/(?::|\/)swr-sync-cleanup-STAGE(?:$|[-:/])/.test(each)),
    );
    expect(others.map(({ Sid }) => Sid)).toEqual([
      'CheckTemplate',
      'EventSources',
      'ReadEventSources',
      'ListEventSources',
      'HttpApi',
      'AccessLog',
      'ReadAlarms',
    ]);
    const [, eventSources] = others;
    expect(eventSources?.Condition).toEqual({
      ArnLike: { 'lambda:FunctionArn': 'arn:aws:lambda:REGION:ACCOUNT_ID:function:swr-sync-cleanup-STAGE-*' },
    });
  });

  test('lends its roles to functions only', () => {
    const passing = statements.filter(({ Action }) => Action.includes('iam:PassRole'));
    expect(passing).toMatchObject([
      {
        Action: ['iam:PassRole'],
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
    ]);
  });

  test.each([
    ['secrets', /^(?:secretsmanager|ssm|kms):/],
    ['messages', /^sqs:(?:Receive|Send|Delete|Purge)Message|^sqs:PurgeQueue/],
    ['the ledger', /^dynamodb:(?:GetItem|Put|Batch|Query|Scan|UpdateItem|DeleteItem|Export|Restore)/],
    ['logs', /^logs:(?:GetLogEvents|FilterLogEvents|StartQuery|StartLiveTail)/],
    ['what functions answer', /^lambda:Invoke/],
    [
      'users and policies of others',
      /^iam:.*(?:User|Group|AttachRolePolicy|AccessKey|LoginProfile|Provider)/,
    ],
  ])('sees and changes nothing of %s', (_, none) => {
    expect(actions.filter((action) => none.test(action))).toEqual([]);
  });

  test('has a policy that fits into a role, whatever the names', () => {
    const filled = text
      .replaceAll('ACCOUNT_ID', '1'.repeat(12))
      .replaceAll('REGION', 'ap-southeast-1')
      .replaceAll('STAGE', 'production');
    // IAM counts no white space. Source: IAM user guide, "IAM and AWS STS quotas".
    expect(filled.replaceAll(/\s/g, '').length).toBeLessThan(10_240);
  });

  test('can be taken by one environment of one repository, whichever form its subject has', () => {
    expect(readPolicy('.github/aws/deploy-trust.json').statements).toMatchObject([
      {
        Action: ['sts:AssumeRoleWithWebIdentity'],
        Condition: {
          // No StringLike: a pattern is what lets other repositories in.
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': 'SUBJECT_PREFIX:environment:STAGE',
          },
        },
      },
    ]);
  });
});
