import { expect, test } from '@jest/globals';
import { matchesPattern, readRules } from '../../local/rules.ts';
import { eventSchemas } from '../support/event-schemas.ts';
import { readFixture } from '../support/fixture.ts';

test.each([
  { name: 'repository-deleted', fits: true },
  { name: 'ecr-delete-repository', fits: true },
  { name: 'ecr-delete-repository-failed', fits: false },
  { name: 'ecr-batch-delete-image', fits: false },
  { name: 'ecr-image-action', fits: false },
])('the deployed rules let $name through: $fits', async ({ name, fits }) => {
  const event = readFixture(`eventbridge/${name}`);
  expect((await readRules()).some((pattern) => matchesPattern(pattern, event))).toBe(fits);
});

test("the deployed rules lead none of the service's own events back into it", async () => {
  const rules = await readRules();
  const own = [...eventSchemas.keys()].map((type) => ({
    source: 'swr-sync-cleanup',
    'detail-type': type,
    detail: { version: 1 },
  }));
  expect(own).toHaveLength(4);
  expect(own.filter((event) => rules.some((pattern) => matchesPattern(pattern, event)))).toEqual([]);
});
