import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { existenceCheckers, isSourceType, sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';

test.each<[string, Source, Record<string, unknown>]>([
  ['acr', sources.acr, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  ['aws-sns', sources['aws-sns'], { routed: false, verifiedBy: 'topics', asked: false, anyType: true }],
  ['bitbucket', sources.bitbucket, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  ['cloudevents', sources.cloudevents, { routed: false, verifiedBy: 'secret', asked: false, anyType: false }],
  ['distribution', sources.distribution, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  ['gitea', sources.gitea, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  ['github', sources.github, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  ['gitlab', sources.gitlab, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  ['harbor', sources.harbor, { routed: true, verifiedBy: 'secret', asked: true, anyType: false }],
  [
    'huawei-smn',
    sources['huawei-smn'],
    { routed: false, verifiedBy: 'topics', asked: false, anyType: false },
  ],
  [
    'standard-webhooks',
    sources['standard-webhooks'],
    { routed: false, verifiedBy: 'secret', asked: false, anyType: false },
  ],
])('%s is a source that is what it is taken for', (type, source, is) => {
  expect(isSourceType(type)).toBe(true);
  expect({
    routed: source.routed,
    verifiedBy: source.verifiedBy,
    asked: isSourceType(type) && type in existenceCheckers,
    anyType: source.contentType === 'any',
  }).toEqual(is);
});

test('the bundle finds each of them in the file of its name', () => {
  const files = readdirSync(new URL('../../lib/sources/', import.meta.url));
  expect(files).toEqual(expect.arrayContaining(Object.keys(sources).map((type) => `${type}.ts`)));
  const apiFiles = files.filter((file) => file.endsWith('-api.ts'));
  expect(apiFiles).toEqual(Object.keys(existenceCheckers).map((type) => `${type}-api.ts`));
});

test.each(['svn', '', 'constructor', 'toString', 7, ['github'], undefined, null])('%j is none', (type) => {
  expect(isSourceType(type)).toBe(false);
});
