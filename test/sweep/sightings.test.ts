import { expect, test } from '@jest/globals';
import { Sightings, sightingOf } from '../../lib/sweep/source-repositories.ts';
import { DR } from '../support/cloud.ts';

const gone = (...unproven: string[]) => ({
  account: 'main',
  namespace: 'acme',
  repository: 'api',
  tasks: [{ target: DR, reasons: ['source repository is gone' as const], unproven }],
});
const api = sightingOf('github', 'acme', 'acme/api');

test.each([
  { why: 'nothing was seen', seen: [], held: true },
  { why: 'it was seen itself', seen: [sightingOf('github', 'acme', 'Acme/API')], held: true },
  { why: 'another owner was seen', seen: [sightingOf('github', 'beta', 'beta/web')], held: true },
  { why: 'another source was seen', seen: [sightingOf('gitea', 'acme', 'acme/web')], held: true },
  { why: 'a group above its own was seen', seen: [sightingOf('github', 'ac', 'me/web')], held: true },
  { why: 'another of its owner was seen', seen: [sightingOf('github', 'acme', 'acme/web')], held: false },
])('a task is held back: $held, where $why', ({ seen, held }) => {
  const sightings = new Sightings();
  for (const each of seen) sightings.add(each);
  const split = sightings.split(gone(api));
  expect([split.held.tasks.length, split.standing.tasks.length]).toEqual(held ? [1, 0] : [0, 1]);
});

test('a task of two source repositories needs another one of each owner', () => {
  const sightings = new Sightings();
  sightings.add(sightingOf('github', 'acme', 'acme/web'));
  const both = gone(api, sightingOf('github', 'beta', 'beta/api'));
  expect(sightings.split(both).held.tasks).toHaveLength(1);
  sightings.add(sightingOf('github', 'beta', 'beta/web'));
  expect(sightings.split(both).standing.tasks).toHaveLength(1);
});

test('two of an owner are kept, so that each has another one', () => {
  const sightings = new Sightings();
  for (const name of ['api', 'web', 'docs', 'api'])
    sightings.add(sightingOf('github', 'acme', `acme/${name}`));
  expect(sightings.toList()).toHaveLength(2);
  expect(sightings.split(gone(api)).standing.tasks).toHaveLength(1);
});

test('a page stays small, however many owners it has and however long their names are', () => {
  const sightings = new Sightings();
  for (let owner = 0; owner < 5000; owner += 1)
    sightings.add(sightingOf('gitlab', `${owner}/${'x'.repeat(900)}`, 'canary'));
  expect(JSON.stringify(sightings.toList()).length).toBeLessThan(64 * 1024);
});
