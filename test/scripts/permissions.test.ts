import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { permissionsOf } from '../../scripts/permissions.ts';
import { configOf } from '../support/config.ts';
import { testProperty } from '../support/properties.ts';

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

test('a key that AWS does not manage may decrypt for the stores that have the secrets', () => {
  const kmsKey = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const sources = { github: { type: 'github', secret: 'ssm:prod/github' } };
  const accounts = {
    main: account('secretsmanager:prod/huaweicloud'),
    other: account('ssm:/prod/other'),
    local: account('env:OTHER'),
  };
  const decryptFor = (...stores: string[]) => ({
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: kmsKey,
    Condition: {
      StringEquals: {
        'kms:ViaService': stores.map((store) => ({
          'Fn::Sub': `${store}.\${AWS::Region}.\${AWS::URLSuffix}`,
        })),
      },
    },
  });
  const { receive, clean, sweep } = permissionsOf(configOf({ accounts, sources, kmsKey }));
  expect(receive[1]).toEqual(decryptFor('ssm'));
  expect(clean[2]).toEqual(decryptFor('secretsmanager', 'ssm'));
  expect(sweep).toEqual(clean);
  expect(permissionsOf(configOf({ kmsKey })).clean).toHaveLength(1);
});

const documentSchema = v.tuple([
  v.object({ Resource: v.tuple([v.union([v.string(), v.object({ 'Fn::Sub': v.string() })])]) }),
]);
const HERE = 'arn:aws-cn:SERVICE:cn-north-1:123456789012:';

/** True if the policy of `receive` allows reading a secret by this ARN, as IAM compares it. */
function allows(reference: string, arn: string): boolean {
  const { receive } = permissionsOf(configOf({ sources: { forge: { type: 'github', secret: reference } } }));
  const [{ Resource }] = v.parse(documentSchema, receive);
  const [resource] = Resource;
  const text = typeof resource === 'string' ? resource : resource['Fn::Sub'];
  const filled = text
    .replace('${AWS::Partition}', 'aws-cn')
    .replace('${AWS::Region}', 'cn-north-1')
    .replace('${AWS::AccountId}', '123456789012');
  const pattern = RegExp.escape(filled).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${pattern}$`).test(arn);
}

describe('every form of a reference gives the ARN that AWS authorizes', () => {
  const suffix = fc.stringMatching(/^[A-Za-z0-9]{6}$/);
  const secrets = fc
    .stringMatching(/^[\w/+=.@-]{1,40}$/)
    // Secrets Manager takes the end of such a name for the suffix of a complete ARN.
    .filter((name) => !/-[A-Za-z0-9]{6}$/.test(name));
  const prefix = HERE.replace('SERVICE', 'secretsmanager');

  testProperty('of a secret', [secrets, suffix], (name, random) => {
    const arn = `${prefix}secret:${name}-${random}`;
    for (const form of [name, `${prefix}secret:${name}`, arn]) {
      expect(allows(`secretsmanager:${form}`, arn)).toBe(true);
      expect(allows(`secretsmanager:${form}`, `${prefix}secret:${name}x-${random}`)).toBe(false);
    }
  });

  const parameters = fc.stringMatching(/^[\w.-]{1,10}(?:\/[\w.-]{1,10}){0,3}$/);
  const versions = fc.constantFrom('', ':3', ':blue.1');

  testProperty('of a parameter', [parameters, versions], (name, version) => {
    const arn = `${HERE.replace('SERVICE', 'ssm')}parameter/${name}`;
    for (const form of [name, `/${name}`, arn]) {
      expect(allows(`ssm:${form}${version}`, arn)).toBe(true);
      expect(allows(`ssm:${form}${version}`, `${arn}x`)).toBe(false);
    }
  });
});
