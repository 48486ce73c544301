import { expect, test } from '@jest/globals';
import { isSecretReference, parseSecretReference } from '../lib/secret-reference.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf';
const PARAMETER = 'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/prod/github';

test.each([
  {
    text: 'secretsmanager:swr-sync-cleanup/prod/github',
    store: 'secretsmanager',
    name: 'swr-sync-cleanup/prod/github',
  },
  { text: `secretsmanager:${ARN}`, store: 'secretsmanager', name: ARN },
  { text: 'ssm:/swr-sync-cleanup/prod/github', store: 'ssm', name: '/swr-sync-cleanup/prod/github' },
  { text: 'ssm:prod/github:3', store: 'ssm', name: 'prod/github:3' },
  { text: `ssm:${PARAMETER}:blue`, store: 'ssm', name: `${PARAMETER}:blue` },
  { text: 'env:GITHUB_SECRET', store: 'env', name: 'GITHUB_SECRET' },
])('reads $text', ({ text, store, name }) => {
  expect(isSecretReference(text)).toBe(true);
  expect(parseSecretReference(text)).toEqual({ store, name });
});

test.each([
  { why: 'it is a secret itself', text: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  { why: 'the store is unknown', text: 'vault:name' },
  { why: 'the store is written otherwise', text: 'SSM:name' },
  { why: 'there is no name', text: 'ssm:' },
  { why: 'the name has a space', text: 'ssm:a b' },
  { why: 'something comes before it', text: ' env:NAME' },
  { why: 'something comes after it', text: 'env:NAME\n' },
  { why: 'it is empty', text: '' },
  { why: 'its name would match every secret', text: 'secretsmanager:*' },
  { why: 'its name would match every parameter', text: 'ssm:/prod/?' },
  { why: 'CloudFormation would replace a part of it', text: 'secretsmanager:${AWS::AccountId}' },
  {
    why: 'the ARN is of another service',
    text: 'secretsmanager:arn:aws:ssm:eu-central-1:123456789012:parameter/x',
  },
  { why: 'the ARN has no parameter', text: 'ssm:arn:aws:ssm:eu-central-1:123456789012:parameter' },
])('rejects $text: $why', ({ text }) => {
  expect(isSecretReference(text)).toBe(false);
  expect(() => parseSecretReference(text)).toThrow('is not a secret reference');
});
