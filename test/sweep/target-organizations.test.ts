import { afterEach, expect, test } from '@jest/globals';
import { TargetOrganizations } from '../../lib/sweep/scan-repository.ts';
import { acmeAccount } from '../support/acme-config.ts';
import { APAC, DR, startCloud, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { startSweeping } from '../support/sweeping.ts';
import { useOnce } from '../support/use.ts';

const sweeping = useOnce(startSweeping);
/** Another account in the region of `DR`. */
const other = useOnce(() => startCloud({ seed: { region: DR.remoteRegionId, users: [USER] } }));
afterEach(() => {
  for (const cloud of [other, sweeping.far]) {
    cloud.clearFaults();
    cloud.journal.clear();
    for (const name of ['acme-dr', 'somebody']) cloud.cloud.removeOrganization(name);
  }
  sweeping.recorded.clear();
});

function organizations(targetAccounts: readonly string[], accounts = {}) {
  const sweep = { mode: 'apply' as const, maxPercent: 5, targetAccounts };
  const { config: known } = sweeping.context();
  const config = { sweep, accounts: { ...known.accounts, ...accounts } };
  return new TargetOrganizations(sweeping.context({ config }), noHurry);
}

test.each([
  { why: 'its account sees it', seen: ['somebody', 'acme-dr'], state: 'exists' },
  { why: 'its account sees others only', seen: ['somebody'], state: 'gone' },
  { why: 'its account sees nothing, and may be allowed to see nothing', seen: [], state: 'unknown' },
])('a target $state where $why', async ({ seen, state }) => {
  for (const name of seen) sweeping.far.cloud.addOrganization(name);
  await expect(organizations(['far']).stateOf(DR)).resolves.toBe(state);
});

test.each([
  { why: 'no account is named', targetAccounts: [], target: DR },
  { why: 'the account is in another region', targetAccounts: ['main'], target: DR },
  { why: 'the account is in another region', targetAccounts: ['far'], target: APAC },
])('a target is unchecked where $why', async ({ targetAccounts, target }) => {
  sweeping.far.cloud.addOrganization('somebody');
  await expect(organizations(targetAccounts).stateOf(target)).resolves.toBe('unchecked');
  expect(sweeping.far.journal.entries).toEqual([]);
});

test.each([
  { why: 'neither has it', first: ['somebody'], second: ['somebody'], state: 'gone' },
  { why: 'the other one has it', first: ['somebody'], second: ['acme-dr'], state: 'exists' },
  { why: 'the other one sees nothing', first: ['somebody'], second: [], state: 'unknown' },
  { why: 'one has it, and the other sees nothing', first: ['acme-dr'], second: [], state: 'exists' },
])('with two accounts for the region it $state, as $why', async ({ first, second, state }) => {
  for (const name of first) sweeping.far.cloud.addOrganization(name);
  for (const name of second) other.cloud.addOrganization(name);
  const also = acmeAccount(other.url, { region: DR.remoteRegionId });
  await expect(organizations(['far', 'also'], { also }).stateOf(DR)).resolves.toBe(state);
});

test('a failure decides nothing, and is logged once', async () => {
  sweeping.far.cloud.addOrganization('somebody');
  sweeping.far.fault('listNamespaces', { status: 403, code: 'SVCSTG.SWR.4030170' }, { times: 10 });
  const asked = organizations(['far']);
  await expect(asked.stateOf(DR)).resolves.toBe('unknown');
  await expect(asked.stateOf({ ...DR, remoteNamespace: 'other' })).resolves.toBe('unknown');
  expect(sweeping.recorded.of('target organizations not listed')).toMatchObject([
    { level: 'warn', account: 'far', code: 'SVCSTG.SWR.4030170', status: 403 },
  ]);
});

test('an account is asked once, however many want to know, and again if that may help', async () => {
  sweeping.far.cloud.addOrganization('somebody');
  sweeping.far.fault('listNamespaces', { status: 503 });
  const asked = organizations(['far']);
  const states = await Promise.all(
    [DR, DR, { ...DR, remoteNamespace: 'somebody' }].map((target) => asked.stateOf(target)),
  );
  expect(states).toEqual(['gone', 'gone', 'exists']);
  expect(sweeping.far.journal.of('listNamespaces')).toHaveLength(2);
});
