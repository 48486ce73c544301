import { expect, test } from '@jest/globals';
import { matchGlob } from '../lib/glob.ts';

test.each([
  { why: 'all else stands for itself', glob: 'acme/api', name: 'acme/api', fits: true },
  { why: 'a part of the name is not the name', glob: 'acme/api', name: 'acme/api2', fits: false },
  { why: 'a part of the glob is not the glob', glob: 'acme/api2', name: 'acme/api', fits: false },
  { why: 'the beginning must fit', glob: 'api', name: 'acme/api', fits: false },
  { why: 'case counts', glob: 'ACME/api', name: 'acme/api', fits: false },
  { why: '* stands for a segment', glob: 'acme/*', name: 'acme/api', fits: true },
  { why: '* stands for a part of a segment', glob: 'acme/pay*api', name: 'acme/payments-api', fits: true },
  { why: '* stands for nothing too', glob: 'acme/api*', name: 'acme/api', fits: true },
  { why: '* ends at a slash', glob: 'acme/*', name: 'acme/payments/api', fits: false },
  { why: '* can be anywhere', glob: '*/payments/*', name: 'acme/payments/api', fits: true },
  { why: '** stands for everything', glob: '**', name: 'acme/payments/api', fits: true },
  { why: '** stands for nothing too', glob: '**', name: '', fits: true },
  { why: '** stands for the rest', glob: 'platform/**', name: 'platform/ci/runner', fits: true },
  { why: 'the slash before ** must be there', glob: 'platform/**', name: 'platform', fits: false },
  { why: 'another beginning', glob: 'platform/**', name: 'platform2/ci', fits: false },
  { why: '** spans segments in the middle', glob: 'acme/**/api', name: 'acme/a/b/api', fits: true },
  { why: '** in the middle may be no segment', glob: 'acme/**/api', name: 'acme/api', fits: true },
  { why: '** at the beginning may be no segment', glob: '**/api', name: 'api', fits: true },
  { why: '** at the beginning keeps to whole segments', glob: '**/api', name: 'acme/my-api', fits: false },
  {
    why: '** in the middle keeps to whole segments',
    glob: 'acme/**/api',
    name: 'acme/x/my-api',
    fits: false,
  },
  { why: '** twice may be no segment at all', glob: '**/**/api', name: 'api', fits: true },
  { why: '** ends where any segment starts', glob: '**/a/*', name: 'x/a/y/a/z', fits: true },
  { why: '** within a segment spans segments as well', glob: 'acme/a**z', name: 'acme/a/b/z', fits: true },
  { why: 'a dot is a dot', glob: 'acme/a.i', name: 'acme/api', fits: false },
  { why: 'a plus is a plus', glob: 'acme/ap+i', name: 'acme/appi', fits: false },
  { why: 'brackets are brackets', glob: 'acme/[a]pi', name: 'acme/api', fits: false },
  { why: 'an empty glob fits only an empty name', glob: '', name: 'a', fits: false },
  { why: 'an empty glob fits an empty name', glob: '', name: '', fits: true },
  { why: 'several stars', glob: '*a*b*c', name: 'xaxbxc', fits: true },
  { why: 'several stars, and not enough', glob: '*a*b*c', name: 'xbxaxc', fits: false },
])('"$glob" fits "$name": $fits, as $why', ({ glob, name, fits }) => {
  expect(matchGlob(glob, name)).toBe(fits);
});

test('comes to an end with a glob that was made to hold it up', () => {
  // Trying one way after the other would need more tries here than there are atoms.
  expect(matchGlob('**a'.repeat(60), `${'a'.repeat(200)}b`)).toBe(false);
  expect(matchGlob('*a'.repeat(60), `${'a'.repeat(200)}b`)).toBe(false);
});
