import { expect, test } from '@jest/globals';
import { hideSecret } from '../../lib/config/hide-secret.ts';

const found = (path: string, text: string) => hideSecret({ path, found: text, expected: 'x' }).found;

test.each([
  ['the secret itself', 'sources.github.secret', '"hunter2"'],
  ['the credentials themselves', 'accounts.main.credentials', '{"password":"hunter2"}'],
  ['a secret that is a number', 'sources.github.secret', '7'],
  ['a token in place of the API', 'sources.github.api', '"hunter2"'],
  ['a secret in place of a source', 'sources.github', '"hunter2"'],
  ['a list in place of an account', 'accounts.main', '["hunter2"]'],
  ['a list of sources', 'sources', '[{"secret":"hunter2"}]'],
  ['a text in place of the accounts', 'accounts', '"hunter2"'],
  ['the root as a list', '', '[{"accounts":"hunter2"}]'],
  ['a password', 'accounts.main.iamEndpoint', '"https://user:hunter2@iam.example.com"'],
  ['a query', 'accounts.main.swrEndpoint', '"https://swr.example.com/?key=hunter2"'],
  ['a query of a path', 'accounts.main.swrEndpoint', '"https://swr.example.com/a?hunter2"'],
  ['a fragment', 'sources.x.api.url', '"https://x.example.com#hunter2"'],
  ['the beginning of something long', 'sources.x.api.url', '"https://hunter2hunter2...'],
  ['no text', 'sources.x.api.url', '{"url":"hunter2"}'],
  ['a token in place of a canary', 'sources.x.api.canary', '"ghp_hunter2"'],
  ['an address with one', 'sources.x.api.canary[1]', '"https://hunter2@x.example.com/a/b"'],
  ['a list with one', 'sources.x.api.canary', '["acme/canary","hunter2"]'],
  ['a text with a quote in it', 'sources.x.api.url', String.raw`"hunter\"2"`],
])('%s is not shown at %s', (_, path, text) => {
  expect(found(path, text)).toBe('something else (not shown: it may be a secret)');
});

test.each([
  { path: 'sources.github.secret', text: 'nothing', why: 'nothing' },
  { path: 'sources.github', text: 'null', why: 'an empty value' },
  { path: 'accounts', text: '{}', why: 'an empty map' },
  { path: 'sources', text: '[]', why: 'an empty list' },
  { path: 'accounts.1st', text: '"1st"', why: 'a name' },
  { path: 'sources.ecr', text: '"ecr"', why: 'a name that is taken' },
  { path: 'sources.github.type', text: '"svn"', why: 'a type' },
  { path: 'sources.github.api.canary[1]', text: '"Acme/can.ary"', why: 'a canary' },
  { path: 'accounts.main.region', text: '"X"', why: 'a region' },
  { path: 'accounts.main.swrEndpoint', text: '"http://swr.example.com:8080/a/"', why: 'an endpoint' },
  { path: 'accounts.main.swrEndpoint', text: '"swr.example.com"', why: 'a host' },
  { path: 'sources.x.api.url', text: '"http://[::1]"', why: 'an address' },
  { path: 'accounts.main.credentialsFile', text: '"credentialsFile"', why: 'a key that is unknown' },
  { path: 'sources.x.apiUrl', text: '"apiUrl"', why: 'a key that begins like another' },
  { path: 'sources.x.api.url of it', text: '"url of it"', why: 'a key with spaces' },
  { path: 'sweep.accounts', text: '"main"', why: 'a key of another section' },
  { path: 'routes[0].from', text: '"github:a"', why: 'a route' },
  { path: 'safety.mode', text: '"yes"', why: 'all else' },
])('$why is shown at $path', ({ path, text }) => {
  expect(found(path, text)).toBe(text);
});

test('a hidden value keeps its path and what was expected', () => {
  expect(hideSecret({ path: 'sources.x.secret', found: '"hunter2"', expected: 'a reference' })).toMatchObject(
    { path: 'sources.x.secret', expected: 'a reference' },
  );
});
