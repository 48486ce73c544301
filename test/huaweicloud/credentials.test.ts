import { describe, expect, test } from '@jest/globals';
import { type Credentials, fingerprintOf, parseCredentials } from '../../lib/huaweicloud/credentials.ts';

const login = { domain: 'acme', user: 'robot', password: 'pa55word' };
const agency = { ...login, agencyDomain: 'customer', agency: 'swr-cleanup' };
const key = { ak: 'AKFORTESTS', sk: 's3cret' };

test.each<{ why: string; stored: object; credentials: Credentials }>([
  { why: 'an IAM user', stored: login, credentials: { kind: 'password', ...login } },
  { why: 'an IAM user who acts as an agency', stored: agency, credentials: { kind: 'agency', ...agency } },
  { why: 'an access key', stored: key, credentials: { kind: 'access-key', ...key } },
  {
    why: 'a temporary access key',
    stored: { ...key, securityToken: 'a+/b==' },
    credentials: { kind: 'access-key', ...key, securityToken: 'a+/b==' },
  },
  {
    why: 'an access key for a project',
    stored: { ...key, projectId: '0123' },
    credentials: { kind: 'access-key', ...key, projectId: '0123' },
  },
  {
    why: 'a password with spaces',
    stored: { ...login, password: ' a b ' },
    credentials: { kind: 'password', ...login, password: ' a b ' },
  },
])('knows by its keys what is stored: $why', ({ stored, credentials }) => {
  expect(parseCredentials(JSON.stringify(stored))).toEqual(credentials);
});

const SHAPES = 'expected JSON with ak and sk';

describe('a stored secret of no use', () => {
  test.each([
    { why: 'it is a text', secret: 'pa55word', fault: 'found something that is not JSON' },
    {
      why: 'it is half a JSON text',
      secret: '{"password":"pa55word"',
      fault: 'found something that is not JSON',
    },
    { why: 'it is a JSON text in quotes', secret: '"pa55word"', fault: 'missing or wrong: the whole' },
    { why: 'it is null', secret: 'null', fault: 'missing or wrong: the whole' },
    {
      why: 'it is a list',
      secret: '["pa55word"]',
      fault:
        'missing or wrong: domain, user, password; not expected beside the others: a key that is not known',
    },
    { why: 'it is empty', secret: '{}', fault: 'missing or wrong: domain, user, password' },
    {
      why: 'the password is missing',
      secret: '{"domain":"acme","user":"pa55word"}',
      fault: 'missing or wrong: password',
    },
    {
      why: 'the user is empty',
      secret: JSON.stringify({ ...login, user: '' }),
      fault: 'missing or wrong: user',
    },
    {
      why: 'the domain is a number',
      secret: JSON.stringify({ ...login, domain: 5 }),
      fault: 'missing or wrong: domain',
    },
    { why: 'two are missing', secret: '{"password":"pa55word"}', fault: 'missing or wrong: domain, user' },
    { why: 'the sk is missing', secret: '{"ak":"pa55word"}', fault: 'missing or wrong: sk' },
    { why: 'the ak is missing', secret: '{"sk":"pa55word"}', fault: 'missing or wrong: ak' },
    {
      why: 'the sk ends in a line break',
      secret: JSON.stringify({ ak: 'a', sk: 'pa55word\n' }),
      fault: 'missing or wrong: sk',
    },
    {
      why: 'the ak begins with a space',
      secret: JSON.stringify({ ak: ' pa55word', sk: 'b' }),
      fault: 'missing or wrong: ak',
    },
    {
      why: 'the security token is empty',
      secret: JSON.stringify({ ...key, sk: 'pa55word', securityToken: '' }),
      fault: 'missing or wrong: securityToken',
    },
    {
      why: 'the project id is beyond ASCII',
      secret: JSON.stringify({ ...key, sk: 'pa55word', projectId: 'é' }),
      fault: 'missing or wrong: projectId',
    },
    {
      why: 'the agency is missing',
      secret: JSON.stringify({ ...login, agencyDomain: 'customer' }),
      fault: 'missing or wrong: agency',
    },
    {
      why: "the agency's account is missing",
      secret: JSON.stringify({ ...login, agency: 'swr-cleanup' }),
      fault: 'missing or wrong: agencyDomain',
    },
    {
      why: 'it is both a user and an access key',
      secret: JSON.stringify({ ...login, ...key }),
      fault: 'not expected beside the others: domain, user, password',
    },
    {
      why: 'an access key is to act as an agency',
      secret: JSON.stringify({ ...key, sk: 'pa55word', agencyDomain: 'customer', agency: 'swr-cleanup' }),
      fault: 'not expected beside the others: agencyDomain, agency',
    },
    {
      why: 'a user has a project id',
      secret: JSON.stringify({ ...login, projectId: '0123' }),
      fault: 'not expected beside the others: projectId',
    },
    {
      why: 'something is missing and something too much',
      secret: JSON.stringify({ ak: 'a', user: 'pa55word' }),
      fault: 'missing or wrong: sk; not expected beside the others: user',
    },
    {
      why: 'the security token is written otherwise',
      secret: JSON.stringify({ ...key, securitytoken: 'pa55word' }),
      fault: 'not expected beside the others: a key that is not known',
    },
    {
      why: 'a name and its value have changed places',
      secret: JSON.stringify({ domain: 'acme', user: 'robot', pa55word: 'password' }),
      fault: 'missing or wrong: password; not expected beside the others: a key that is not known',
    },
    {
      why: 'a key has the name of something that every object has',
      secret: '{"domain":"acme","user":"robot","password":"pa55word","constructor":"x"}',
      fault: 'not expected beside the others: a key that is not known',
    },
  ])('says what is wrong and shows nothing of it, where $why', ({ secret, fault }) => {
    const parse = () => parseCredentials(secret);
    expect(parse).toThrow(SHAPES);
    expect(parse).toThrow(new RegExp(`; ${fault}$`));
    expect(parse).not.toThrow('pa55word');
  });
});

const stored: Credentials = { kind: 'password', ...login };
const signing: Credentials = { kind: 'access-key', ...key };

test.each<{ why: string; one: Credentials; other: Credentials }>([
  { why: 'another domain', one: stored, other: { ...stored, domain: 'other' } },
  { why: 'another user', one: stored, other: { ...stored, user: 'other' } },
  { why: 'another password', one: stored, other: { ...stored, password: 'other' } },
  {
    why: 'the same letters, divided otherwise',
    one: stored,
    other: { ...stored, domain: 'acmer', user: 'obot' },
  },
  { why: 'another ak', one: signing, other: { ...signing, ak: 'other' } },
  { why: 'another sk', one: signing, other: { ...signing, sk: 'other' } },
  { why: 'another security token', one: signing, other: { ...signing, securityToken: 'other' } },
  { why: 'an access key', one: stored, other: signing },
])('tells $why apart', ({ one, other }) => {
  expect(fingerprintOf(other)).not.toBe(fingerprintOf(one));
  expect(fingerprintOf({ ...one })).toBe(fingerprintOf(one));
});

test.each<{ why: string; one: Credentials; other: Credentials }>([
  { why: 'a user who acts as an agency', one: stored, other: { kind: 'agency', ...agency } },
  { why: 'an access key in another project', one: signing, other: { ...signing, projectId: '0123' } },
])('takes $why for the same, since both would be locked together', ({ one, other }) => {
  expect(fingerprintOf(other)).toBe(fingerprintOf(one));
});

test('keeps nothing of a password or an access key in the fingerprint', () => {
  expect(fingerprintOf(stored)).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(fingerprintOf(signing)).toMatch(/^[A-Za-z0-9+/]{43}=$/);
});
