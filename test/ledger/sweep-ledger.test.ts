import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Table } from '../../lib/aws/table.ts';
import { History } from '../../lib/ledger/history.ts';
import { DynamoSweepLedger } from '../../lib/ledger/sweep-ledger.ts';
import {
  NO_COUNTS,
  type Suspicion,
  type Sweep,
  type SweepFinding,
  type SweepReport,
  type SweptPage,
} from '../../lib/sweep/ledger.ts';
import { DR } from '../support/cloud.ts';
import { useLedger } from '../support/ledger.ts';

const loopback = useLedger();
let ledger: DynamoSweepLedger;
beforeAll(() => {
  ledger = new DynamoSweepLedger({ table: new Table(loopback.table), retentionDays: 30 });
});

const STARTED_AT = '2026-11-24T03:00:00.000Z';
const IN_30_DAYS = Math.floor(Date.parse('2026-12-24T03:00:00Z') / 1000);
let lastId = 0;
let sweep: Sweep;
beforeEach(() => {
  lastId += 1;
  sweep = { id: `sweep-${lastId}`, startedAt: STARTED_AT };
});

const acme = { account: 'main', namespace: 'acme' };
const other = { account: 'main', namespace: 'other' };
const page: SweptPage = {
  ...acme,
  offset: 0,
  counts: { ...NO_COUNTS, repositories: 1000, tasks: 7 },
  next: 1000,
  sighted: ['one', 'other'],
};
const findingOf = (repository: string): SweepFinding => ({
  ...acme,
  repository,
  tasks: [
    {
      target: DR,
      reasons: ['source repository is gone'],
      source: { name: 'github', repository: `acme/${repository}` },
      unproven: ['one'],
    },
  ],
});
const reportOf = ({ id, startedAt }: Sweep, differences: Partial<SweepReport> = {}): SweepReport => ({
  id,
  startedAt,
  finishedAt: '2026-11-24T03:10:00.000Z',
  state: 'applied',
  mode: 'apply',
  maxPercent: 5,
  percent: 3.3333333333333335,
  organizations: 2,
  counts: { ...NO_COUNTS, tasks: 30, found: 1 },
  reasons: { 'target organization is gone': 1, 'source repository is gone': 0, 'target is not allowed': 0 },
  ...differences,
});

describe('a sweep', () => {
  test('begins once, at the time that was said first', async () => {
    const begun = { ...sweep, reported: false, applied: false };
    await expect(ledger.begin(sweep)).resolves.toEqual(begun);
    await expect(ledger.begin({ ...sweep, startedAt: '2026-11-24T09:00:00.000Z' })).resolves.toEqual(begun);
    await expect(ledger.find(sweep.id)).resolves.toEqual(begun);
  });

  test('that was never started is not found', async () => {
    await expect(ledger.find('nobody')).resolves.toBeUndefined();
  });

  test('is found by its day, until the retention is over', async () => {
    await ledger.begin(sweep);
    await ledger.finish(reportOf(sweep));
    const [item] = await Array.fromAsync(loopback.items(`sweep#${sweep.id}`));
    expect(item).toMatchObject({
      sk: 'sweep',
      kind: 'sweep',
      id: sweep.id,
      day: '2026-11-24',
      at: STARTED_AT,
      expiresAt: IN_30_DAYS,
      state: 'applied',
      finishedAt: '2026-11-24T03:10:00.000Z',
    });
  });

  test('is not taken for a deletion by those who ask for these', async () => {
    await ledger.begin(sweep);
    const period = { from: '2026-11-24T00:00:00.000Z', to: '2026-11-24T23:59:59.999Z' };
    await expect(Array.fromAsync(new History(new Table(loopback.table)).ofPeriod(period))).resolves.toEqual(
      [],
    );
  });

  test('has the report that was written first', async () => {
    await ledger.begin(sweep);
    const first = reportOf(sweep, { heldBack: 2 });
    await expect(ledger.finish(first)).resolves.toEqual(first);
    await expect(ledger.finish(reportOf(sweep, { state: 'rejected' }))).resolves.toEqual(first);
    await expect(ledger.find(sweep.id)).resolves.toMatchObject({ report: first });
  });

  test('keeps in mind what need not be done again', async () => {
    await ledger.begin(sweep);
    await ledger.mark(sweep, 'reported');
    await expect(ledger.find(sweep.id)).resolves.toMatchObject({ reported: true, applied: false });
    await ledger.mark(sweep, 'applied');
    await expect(ledger.find(sweep.id)).resolves.toMatchObject({ reported: true, applied: true });
  });
});

describe('the organizations', () => {
  test('are left until they are finished, however often that is said', async () => {
    await ledger.begin(sweep);
    await ledger.addOrganizations(sweep, [acme, other]);
    await expect(ledger.find(sweep.id)).resolves.toMatchObject({ organizations: 2 });
    await expect(ledger.finishOrganization(sweep, acme)).resolves.toBe(false);
    await expect(ledger.finishOrganization(sweep, acme)).resolves.toBe(false);
    await expect(Array.fromAsync(ledger.organizationsLeft(sweep))).resolves.toEqual([other]);
    await expect(ledger.finishOrganization(sweep, other)).resolves.toBe(true);
    await expect(ledger.finishOrganization(sweep, acme)).resolves.toBe(true);
  });

  test('may be none', async () => {
    await ledger.begin(sweep);
    await ledger.addOrganizations(sweep, []);
    await expect(ledger.find(sweep.id)).resolves.toMatchObject({ organizations: 0 });
    await expect(Array.fromAsync(ledger.organizationsLeft(sweep))).resolves.toEqual([]);
  });

  test('are forgotten with their sweep', async () => {
    await ledger.addOrganizations(sweep, [acme]);
    const [item] = await Array.fromAsync(loopback.items(`sweep#${sweep.id}`));
    expect(item).toMatchObject({ expiresAt: IN_30_DAYS });
  });
});

describe('a page', () => {
  test('is what was written first, whole', async () => {
    const { next: _, ...last } = page;
    await expect(ledger.addPage(sweep, page, [])).resolves.toEqual(page);
    await expect(ledger.addPage(sweep, { ...last, counts: NO_COUNTS }, [])).resolves.toEqual(page);
    await expect(ledger.findPage(sweep, { ...acme, offset: 0 })).resolves.toEqual(page);
  });

  test.each([
    { why: 'another offset', place: { ...acme, offset: 1000 } },
    { why: 'the offset of which it is the beginning', place: { ...acme, offset: 10 } },
    { why: 'another organization', place: { ...other, offset: 1 } },
    { why: 'another account', place: { ...acme, account: 'other', offset: 1 } },
  ])('is not the one of $why', async ({ place }) => {
    await ledger.addPage(sweep, { ...page, offset: 1 }, []);
    await expect(ledger.findPage(sweep, place)).resolves.toBeUndefined();
  });

  test('is among those of its sweep only', async () => {
    await ledger.addPage(sweep, page, []);
    await ledger.addPage(sweep, { ...page, ...other }, []);
    await ledger.addPage({ ...sweep, id: `${sweep.id}-b` }, page, []);
    await expect(Array.fromAsync(ledger.pages(sweep))).resolves.toEqual([page, { ...page, ...other }]);
  });
});

describe('findings', () => {
  test('are there once, however often they are written', async () => {
    const findings = ['api', 'web'].map(findingOf);
    await ledger.addPage(sweep, page, findings);
    await ledger.addPage(sweep, page, findings);
    await expect(Array.fromAsync(ledger.findings(sweep))).resolves.toEqual(findings);
  });

  test('come in pages', async () => {
    const findings = ['a', 'b', 'c'].map(findingOf);
    await ledger.addPage(sweep, page, findings);
    const first = await ledger.findingsPage(sweep, 2);
    expect(first.findings).toEqual(findings.slice(0, 2));
    const second = await ledger.findingsPage(sweep, 2, first.after);
    expect(second).toEqual({ findings: findings.slice(2) });
  });
});

describe('a suspicion', () => {
  const suspicionOf = (repository: string): Suspicion => ({
    ...acme,
    repository,
    source: 'github',
    sourceRepository: `acme/${repository}`,
  });

  test('keeps its first time and its first sweep', async () => {
    const first = { firstGoneAt: STARTED_AT, firstSweep: 's1' };
    await expect(ledger.suspect(suspicionOf('one'), 's1', STARTED_AT)).resolves.toEqual(first);
    const later = '2026-11-25T03:00:00.000Z';
    await expect(ledger.suspect(suspicionOf('one'), 's2', later)).resolves.toEqual(first);
    const items = await Array.fromAsync(loopback.items('suspicion#main/acme'));
    expect(items.find(({ sk }) => sk === 'one#github:acme/one')).toMatchObject({
      lastGoneAt: later,
      // 90 days after it was heard last.
      expiresAt: Math.floor(Date.parse('2027-02-23T03:00:00Z') / 1000),
    });
  });

  test('begins anew after it was removed', async () => {
    await ledger.suspect(suspicionOf('two'), 's1', STARTED_AT);
    await ledger.clearSuspicion(suspicionOf('two'));
    await ledger.clearSuspicion(suspicionOf('two'));
    await expect(ledger.suspect(suspicionOf('two'), 's2', '2026-11-25T03:00:00.000Z')).resolves.toMatchObject(
      { firstSweep: 's2' },
    );
  });

  test('is known to be there, or not', async () => {
    await ledger.suspect(suspicionOf('three'), 's1', STARTED_AT);
    const mayBeThere = await ledger.suspicionsIn(acme);
    expect(mayBeThere(suspicionOf('three'))).toBe(true);
    expect(mayBeThere(suspicionOf('four'))).toBe(false);
    expect(mayBeThere({ ...suspicionOf('three'), source: 'gitlab' })).toBe(false);
    await expect(
      ledger.suspicionsIn({ ...acme, account: 'other' }).then((may) => may(suspicionOf('three'))),
    ).resolves.toBe(false);
  });

  test('may always be there where there are very many', async () => {
    const many = { account: 'main', namespace: 'many' };
    const items = Array.from({ length: 1001 }, (_, index) => ({
      pk: 'suspicion#main/many',
      sk: `r${index}#github:acme/r${index}`,
    }));
    await new Table(loopback.table).put(items);
    const mayBeThere = await ledger.suspicionsIn(many);
    expect(mayBeThere({ ...suspicionOf('not-there'), ...many })).toBe(true);
  });
});

test('an unavailable table is a transient failure', async () => {
  const nowhere = new DynamoSweepLedger({ table: new Table('no-such-table'), retentionDays: 30 });
  const failure = { code: 'LEDGER_UNAVAILABLE', retryable: true };
  await expect(nowhere.begin(sweep)).rejects.toMatchObject({ failure });
  await expect(nowhere.find(sweep.id)).rejects.toMatchObject({ failure });
  await expect(nowhere.addPage(sweep, page, [])).rejects.toMatchObject({ failure });
  await expect(nowhere.suspicionsIn(acme)).rejects.toMatchObject({ failure });
});
