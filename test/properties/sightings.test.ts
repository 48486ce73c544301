import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { runSweep } from '../../cli/run-sweep.ts';
import type { CheckExistence, Existence } from '../../lib/cleanup/confirm-gone.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { createLog } from '../../lib/log.ts';
import type { SweepFinding, SweepLedger, SweepRecord, SweptPage } from '../../lib/sweep/ledger.ts';
import type { SweepContext } from '../../lib/sweep/step.ts';
import { acmeConfig } from '../support/acme-config.ts';
import { DR } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { testSlowProperty } from '../support/properties.ts';

const OWNERS = ['acme', 'acme-2'];
const REPOSITORIES = ['api', 'web', 'docs'];
const STATES = ['private', 'public', 'gone', 'failing'] as const;
type State = (typeof STATES)[number];

/** One answer to the question for a source repository; a repository is asked for once for each page. */
interface Answer {
  readonly name: string;
  readonly existence: Existence;
  readonly isPrivate: boolean;
}

/**
 * A forge as `createChecker` makes it.
 *
 * @param states by name, in the order of the questions; the last one stays.
 * @param canaries by owner, whether it is visible.
 */
function forgeOf(
  states: Readonly<Record<string, readonly State[]>>,
  canaries: Readonly<Record<string, boolean>>,
  answers: Answer[],
): CheckExistence {
  const questions = new Map<string, number>();
  return (_source, name, _deadline, _kind, note) => {
    const [owner = ''] = name.split('/');
    const count = questions.get(name) ?? 0;
    questions.set(name, count + 1);
    const state = states[name]?.[count] ?? states[name]?.at(-1) ?? 'gone';
    const canary = canaries[owner];
    if (state === 'private') note?.('private', owner);
    if (state === 'gone' && canary === undefined) note?.('unproven', owner);
    const gone = canary === false ? 'unknown' : 'gone';
    const existence = ({ private: 'exists', public: 'exists', gone, failing: 'unknown' } as const)[state];
    answers.push({ name, existence, isPrivate: state === 'private' });
    return Promise.resolve(existence);
  };
}

/** A sweep's memory, without DynamoDB. */
function inMemory(): SweepLedger {
  let record: SweepRecord = { id: '', startedAt: '', reported: false, applied: false };
  const open = new Set<string>();
  const pages = new Map<string, SweptPage>();
  const findings: SweepFinding[] = [];
  const nameOf = ({ account, namespace }: { account: string; namespace: string }) =>
    `${account}/${namespace}`;
  const store = <T>(value: T) => Promise.resolve(value);
  return {
    begin: (begun) => store((record = { ...record, ...begun })),
    find: () => store(record),
    addOrganizations(_, organizations) {
      for (const each of organizations) open.add(nameOf(each));
      return store(void (record = { ...record, organizations: organizations.length }));
    },
    async *organizationsLeft() {
      for (const name of open) {
        const [account = '', namespace = ''] = name.split('/');
        yield await store({ account, namespace });
      }
    },
    finishOrganization(_, organization) {
      open.delete(nameOf(organization));
      return store(open.size === 0);
    },
    findPage: (_, place) => store(pages.get(nameOf(place))),
    addPage(_, page, found) {
      findings.push(...found);
      pages.set(nameOf(page), page);
      return store(page);
    },
    async *pages() {
      yield* await store(pages.values());
    },
    async *findings() {
      yield* await store(findings);
    },
    findingsPage: () => store({ findings }),
    finish(report) {
      record = { ...record, report };
      return store(report);
    },
    suspicionsIn: () => store(() => false),
    suspect: () => store({ firstGoneAt: '2026-01-01T00:00:00Z', firstSweep: 'before' }),
    clearSuspicion: () => store(undefined),
    mark: (_, done) => store(void (record = { ...record, [done]: true })),
  };
}

/** Sweeps organizations of SWR, each a page with copies of all repositories. Their tasks are old, and were suspected long ago. */
async function sweep(
  namespaces: readonly string[],
  checkExistence: CheckExistence,
): Promise<CleanupRequest[]> {
  const requested: CleanupRequest[] = [];
  const routes = OWNERS.map((owner) => ({
    from: `forge:${owner}/{repo}`,
    to: namespaces.map((namespace) => `${namespace}/${owner}/{repo}`),
    account: 'main',
  }));
  const repositories = OWNERS.flatMap((owner) => REPOSITORIES.map((name) => `${owner}/${name}`));
  const context: SweepContext = {
    config: acmeConfig('http://127.0.0.1:1', {
      routes,
      sweep: { mode: 'apply', maxPercent: 100, targetAccounts: [] },
    }),
    accounts: {
      names: ['main'],
      clientOf: () => ({
        listOrganizations: () => Promise.resolve([...namespaces]),
        listRepositories: (_, offset, __, limit) =>
          Promise.resolve({ names: repositories.slice(offset, offset + limit) }),
        listSyncTasks: () => Promise.resolve([{ ...DR, createdAt: '2026-01-01T00:00:00Z' }]),
      }),
    },
    checkExistence,
    ledger: inMemory(),
    request: (requests) => Promise.resolve(void requested.push(...requests)),
    publish: () => Promise.resolve(),
    log: createLog({}, () => undefined),
  };
  const steps = runSweep({ id: 's', startedAt: '2026-11-24T03:00:00.000Z' }, noHurry, context);
  while ((await steps.next()).done !== true);
  return requested;
}

function countBy(names: readonly string[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(names, (name) => name));
  return Object.fromEntries(groups.map(([name, group = []]) => [name, group.length]));
}

testSlowProperty(
  'what is gone goes exactly if another private repository of its owner, or the canary, was seen',
  [
    fc.subarray(['one', 'two'], { minLength: 1 }),
    fc.dictionary(
      fc.constantFrom(...OWNERS.flatMap((owner) => REPOSITORIES.map((name) => `${owner}/${name}`))),
      fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 2 }),
    ),
    fc.dictionary(fc.constantFrom(...OWNERS), fc.boolean()),
  ],
  async (namespaces, states, canaries) => {
    const answers: Answer[] = [];
    const requests = await sweep(namespaces, forgeOf(states, canaries, answers));
    const isProven = ({ name }: Answer) => {
      const [owner = ''] = name.split('/');
      return (
        canaries[owner] === true ||
        answers.some((each) => each.isPrivate && each.name !== name && each.name.startsWith(`${owner}/`))
      );
    };
    const gone = answers.filter((answer) => answer.existence === 'gone' && isProven(answer));
    expect(countBy(requests.map(({ sourceRepository }) => sourceRepository ?? ''))).toEqual(
      countBy(gone.map(({ name }) => name)),
    );
  },
);
