import { expect, test } from '@jest/globals';
import { isSecretReference, parseSecretReference } from '../lib/secret-reference.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf';

test.each([
  {
    text: 'secretsmanager:swr-sync-cleanup/prod/github',
    store: 'secretsmanager',
    name: 'swr-sync-cleanup/prod/github',
  },
  { text: `secretsmanager:${ARN}`, store: 'secretsmanager', name: ARN },
  { text: 'ssm:/swr-sync-cleanup/prod/github', store: 'ssm', name: '/swr-sync-cleanup/prod/github' },
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
])('rejects $text: $why', ({ text }) => {
  expect(isSecretReference(text)).toBe(false);
  expect(() => parseSecretReference(text)).toThrow('is not a secret reference');
});
