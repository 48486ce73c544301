import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeFailures } from './document.ts';

test('docs/failures.md has the rows of the tests; "npm run failures" writes it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/failures.md'), 'utf8');
  expect(page).toBe(describeFailures());
});
