import { describe, expect, test } from '@jest/globals';
import { tryRoute } from '../../scripts/send/explain-route.ts';

describe('why a route fits or not', () => {
  test.each([
    { why: 'another source', from: 'gitlab:{path+}', fits: false, says: 'another source' },
    {
      why: 'a source whose name only begins so',
      from: 'github2:acme/api',
      fits: false,
      says: 'another source',
    },
    { why: 'a name that differs', from: 'github:globex/{repo}', fits: false, says: 'acme is not globex' },
    {
      why: 'two that differ',
      from: 'github:globex/web',
      fits: false,
      says: 'acme is not globex, api is not web',
    },
    {
      why: 'a name that differs behind many',
      from: 'github:{path+}/web',
      fits: false,
      says: 'api is not web',
    },
    {
      why: 'too few',
      from: 'github:{a}/{b}/{c}',
      fits: false,
      says: 'the number of segments: 2, and it takes 3',
    },
    { why: 'too many', from: 'github:acme', fits: false, says: 'the number of segments: 2, and it takes 1' },
    {
      why: 'too few for many',
      from: 'github:acme/x/{path+}',
      fits: false,
      says: /2, and it takes at least 3$/,
    },
    { why: 'a name', from: 'github:acme/{repo}', fits: true, says: 'repo is api' },
    { why: 'many', from: 'github:{path+}', fits: true, says: 'path is acme/api' },
    { why: 'the same in other letters', from: 'github:ACME/Api', fits: true, says: 'the very name' },
  ])('$why: $from', ({ from, fits, says }) => {
    const tried = tryRoute(from, 'github', 'acme/api');
    expect(tried).toMatchObject({ from, fits });
    expect(tried.why).toMatch(says);
  });
});
