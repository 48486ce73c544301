import { expect, test } from '@jest/globals';
import { hideSecret } from '../../lib/config/hide-secret.ts';

const found = (path: string, text: string) => hideSecret({ path, found: text, expected: 'x' }).found;

test.each([
  { path: 'sources.github.secret', text: '"hunter2"', why: 'the secret itself' },
  { path: 'accounts.main.credentials', text: '{"password":"hunter2"}', why: 'the credentials themselves' },
  { path: 'sources.github.secret', text: '7', why: 'a secret that is a number' },
  { path: 'sources.github.api', text: '"hunter2"', why: 'a token in place of the API' },
  { path: 'sources.github', text: '"hunter2"', why: 'a secret in place of a source' },
  { path: 'accounts.main', text: '["hunter2"]', why: 'a list in place of an account' },
  { path: 'sources', text: '[{"secret":"hunter2"}]', why: 'a list of sources' },
  { path: 'accounts', text: '"hunter2"', why: 'a text in place of the accounts' },
  { path: '', text: '[{"accounts":"hunter2"}]', why: 'the whole in a list' },
  { path: 'accounts.main.iamEndpoint', text: '"https://user:hunter2@iam.example.com"', why: 'a password' },
  { path: 'accounts.main.swrEndpoint', text: '"https://swr.example.com/?key=hunter2"', why: 'a query' },
  {
    path: 'accounts.main.swrEndpoint',
    text: '"https://swr.example.com/a?hunter2"',
    why: 'a query of a path',
  },
  { path: 'sources.x.api.url', text: '"https://x.example.com#hunter2"', why: 'a fragment' },
  { path: 'sources.x.api.url', text: '"https://hunter2hunter2...', why: 'the beginning of something long' },
  { path: 'sources.x.api.url', text: '{"url":"hunter2"}', why: 'no text' },
  { path: 'sources.x.api.canary', text: '"ghp_hunter2"', why: 'a token in place of a canary' },
  {
    path: 'sources.x.api.canary[1]',
    text: '"https://hunter2@x.example.com/a/b"',
    why: 'an address with one',
  },
  { path: 'sources.x.api.canary', text: '["acme/canary","hunter2"]', why: 'a list with one' },
  { path: 'sources.x.api.url', text: String.raw`"hunter\"2"`, why: 'a text with a quote in it' },
])('$why is not shown at $path', ({ path, text }) => {
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

test('what is hidden is still told with its place and what was expected', () => {
  expect(hideSecret({ path: 'sources.x.secret', found: '"hunter2"', expected: 'a reference' })).toMatchObject(
    { path: 'sources.x.secret', expected: 'a reference' },
  );
});
