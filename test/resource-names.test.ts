import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { resourceNamesOf } from '../lib/resource-names.ts';

const template = readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8');

test('the resources of a stage are called what the template calls them', () => {
  const names = resourceNamesOf('STAGE');
  expect(names).toEqual({
    cleanupQueue: 'swr-sync-cleanup-STAGE',
    deadLetterQueue: 'swr-sync-cleanup-STAGE-dead-letters',
    sweepQueue: 'swr-sync-cleanup-STAGE-sweep',
    ledgerTable: 'swr-sync-cleanup-STAGE-ledger',
    eventBus: 'swr-sync-cleanup-STAGE',
    sweepFunction: 'swr-sync-cleanup-STAGE-sweep',
  });
  const found = template.matchAll(/\$\{self:custom\.name\}([\w-]*)/g);
  const named = new Set([...found].map(([, end = '']) => end));
  const ends = Object.values(names).map((name) => name.replace('swr-sync-cleanup-STAGE', ''));
  expect(ends.filter((end) => !named.has(end))).toEqual([]);
});
