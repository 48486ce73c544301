import { describe, expect, test } from '@jest/globals';
import { type Credentials, fingerprintOf, parseCredentials } from '../../lib/huaweicloud/credentials.ts';

const login = { domain: 'acme', user: 'robot', password: 'pa55word' };
const agency = { ...login, agencyDomain: 'customer', agency: 'swr-cleanup' };
const key = { ak: 'AKFORTESTS', sk: 's3cret' };

test.each<[why: string, stored: object, kind: Credentials['kind']]>([
  ['an IAM user', login, 'password'],
  ['a password with spaces', { ...login, password: ' a b ' }, 'password'],
  ['an IAM user with an agency', agency, 'agency'],
  ['an access key', key, 'access-key'],
  ['a temporary access key', { ...key, securityToken: 'a+/b==' }, 'access-key'],
  ['an access key for a project', { ...key, projectId: '0123' }, 'access-key'],
])('parses %s', (_, stored, kind) => {
  expect(parseCredentials(JSON.stringify(stored))).toEqual({ kind, ...stored });
});

const secretKey = { ...key, sk: 'pa55word' };
const wrong = (keys: string) => `missing or wrong: ${keys}`;
const unexpected = (keys: string) => `not expected beside the others: ${keys}`;
const UNKNOWN = unexpected('a key that is not known');

describe('an unusable stored secret', () => {
  test.each<[why: string, secret: string | object, issue: string]>([
    ['it is a text', 'pa55word', 'found something that is not JSON'],
    ['it is incomplete JSON', '{"password":"pa55word"', 'found something that is not JSON'],
    ['it is a JSON string', '"pa55word"', wrong('(root)')],
    ['it is null', 'null', wrong('(root)')],
    ['it is a list', ['pa55word'], `${wrong('domain, user, password')}; ${UNKNOWN}`],
    ['it is empty', {}, wrong('domain, user, password')],
    ['the password is missing', { domain: 'acme', user: 'pa55word' }, wrong('password')],
    ['the user is empty', { ...login, user: '' }, wrong('user')],
    ['the domain is a number', { ...login, domain: 5 }, wrong('domain')],
    ['two are missing', { password: 'pa55word' }, wrong('domain, user')],
    ['the sk is missing', { ak: 'pa55word' }, wrong('sk')],
    ['the ak is missing', { sk: 'pa55word' }, wrong('ak')],
    ['the sk ends in a line break', { ak: 'a', sk: 'pa55word\n' }, wrong('sk')],
    ['the ak begins with a space', { ak: ' pa55word', sk: 'b' }, wrong('ak')],
    ['the security token is empty', { ...secretKey, securityToken: '' }, wrong('securityToken')],
    ['the project id is not ASCII', { ...secretKey, projectId: 'é' }, wrong('projectId')],
    ['the agency is missing', { ...login, agencyDomain: 'customer' }, wrong('agency')],
    ["the agency's account is missing", { ...login, agency: 'swr-cleanup' }, wrong('agencyDomain')],
    ['it is a user and an access key', { ...login, ...key }, unexpected('domain, user, password')],
    [
      'an access key has an agency',
      { ...secretKey, agencyDomain: 'customer', agency: 'swr-cleanup' },
      unexpected('agencyDomain, agency'),
    ],
    ['a user has a project id', { ...login, projectId: '0123' }, unexpected('projectId')],
    [
      'keys are missing and unexpected',
      { ak: 'a', user: 'pa55word' },
      `${wrong('sk')}; ${unexpected('user')}`,
    ],
    ['a key has a wrong spelling', { ...key, securitytoken: 'pa55word' }, UNKNOWN],
    [
      'a name and its value are swapped',
      { domain: 'acme', user: 'robot', pa55word: 'password' },
      `${wrong('password')}; ${UNKNOWN}`,
    ],
    ['a key is a property of every object', { ...login, constructor: 'x' }, UNKNOWN],
  ])('is reported without its values when %s', (_, secret, issue) => {
    const parse = () => parseCredentials(typeof secret === 'string' ? secret : JSON.stringify(secret));
    expect(parse).toThrow('expected JSON with ak and sk');
    expect(parse).toThrow(new RegExp(`; ${RegExp.escape(issue)}$`));
    expect(parse).not.toThrow('pa55word');
  });
});

const stored: Credentials = { kind: 'password', ...login };
const signing: Credentials = { kind: 'access-key', ...key };

describe('the fingerprint of credentials', () => {
  test.each<[what: string, one: Credentials, other: Credentials]>([
    ['another domain', stored, { ...stored, domain: 'other' }],
    ['another user', stored, { ...stored, user: 'other' }],
    ['another password', stored, { ...stored, password: 'other' }],
    ['the same characters, divided otherwise', stored, { ...stored, domain: 'acmer', user: 'obot' }],
    ['another ak', signing, { ...signing, ak: 'other' }],
    ['another sk', signing, { ...signing, sk: 'other' }],
    ['another security token', signing, { ...signing, securityToken: 'other' }],
    ['an access key', stored, signing],
  ])('differs for %s', (_, one, other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(one));
    expect(fingerprintOf({ ...one })).toBe(fingerprintOf(one));
  });

  test.each<[what: string, one: Credentials, other: Credentials]>([
    ['an agency of the user', stored, { kind: 'agency', ...agency }],
    ['the access key in another project', signing, { ...signing, projectId: '0123' }],
  ])('is the same for %s, since both would be locked together', (_, one, other) => {
    expect(fingerprintOf(other)).toBe(fingerprintOf(one));
  });

  test.each([stored, signing])('is a hash of $kind', (credentials) => {
    expect(fingerprintOf(credentials)).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });
});
