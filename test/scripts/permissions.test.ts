import { expect, test } from '@jest/globals';
import { permissionsOf } from '../../scripts/permissions.ts';
import { configOf } from '../support/config.ts';

const account = (credentials: string) => ({ region: 'cn-north-4', credentials });

test('each function may read the secrets that the configuration gives it, and no other', () => {
  const config = configOf({
    accounts: {
      main: account('secretsmanager:prod/huaweicloud'),
      other: account('ssm:/prod/other'),
      third: account('secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:third-AbCdEf'),
    },
    sources: { github: { type: 'github', secret: 'ssm:prod/github' } },
  });
  const inBothClouds = [
    {
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue'],
      Resource: [
        {
          'Fn::Sub':
            'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/huaweicloud-??????',
        },
        'arn:aws:secretsmanager:eu-central-1:123456789012:secret:third-AbCdEf',
      ],
    },
    {
      Effect: 'Allow',
      Action: ['ssm:GetParameter'],
      Resource: [
        { 'Fn::Sub': 'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/prod/other' },
      ],
    },
  ];
  expect(permissionsOf(config)).toEqual({
    receive: [
      {
        Effect: 'Allow',
        Action: ['ssm:GetParameter'],
        Resource: [
          { 'Fn::Sub': 'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/prod/github' },
        ],
      },
    ],
    clean: inBothClouds,
    sweep: inBothClouds,
  });
});

test('a function whose secrets are all in its environment may read none', () => {
  const permissions = Object.values(permissionsOf(configOf()));
  for (const each of permissions)
    expect(each).toEqual([
      { Effect: 'Deny', Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameter'], Resource: '*' },
    ]);
});
