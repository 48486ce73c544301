import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import { type Existence, keyOfSource } from '../../lib/cleanup/confirm-gone.ts';
import { noLedger } from '../../lib/cleanup/ledger.ts';
import type { Config } from '../../lib/config/config.ts';
import { validateConfig } from '../../lib/config/validate-config.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { nameOf, type Target } from '../../lib/huaweicloud/names.ts';
import { formatIssues } from '../../lib/issues.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { resolveEvents } from '../../lib/routing/resolve.ts';
import { findRoute } from '../../lib/routing/route.ts';
import { matchPattern } from '../../lib/routing/route-pattern.ts';
import { noHurry } from '../support/deadline.ts';
import { holdsSlowly, testSlowProperty } from '../support/properties.ts';
import { recordLog } from '../support/recorded-log.ts';

const api = { url: 'https://forge.example.com', credentials: 'env:X' };
const SECTIONS = {
  accounts: { main: { region: 'x', credentials: 'env:X' }, other: { region: 'x', credentials: 'env:X' } },
  sources: {
    forge: { type: 'gitlab', secret: 'env:FORGE', api },
    asked: { type: 'gitea', secret: 'env:ASKED', api },
    silent: { type: 'github', secret: 'env:SILENT' },
  },
};
const SOURCES = [...Object.keys(SECTIONS.sources), 'ecr'];
const NAMES = ['a', 'b', 'a-b'];
const PATHS = NAMES.flatMap((one) => [
  one,
  ...NAMES.flatMap((two) => [`${one}/${two}`, ...NAMES.map((three) => `${one}/${two}/${three}`)]),
]);

const PATTERNS = '{o}/{r} a/{r} b/{r} a/b A/{p+} {p+} {p+}/{r} {o}/{s}/{r} {o}/a/{r} {r}/{p+}'.split(' ');
const TEMPLATES =
  'x/{r} x/{o}/{r} x/{o}-{r} {o}/{r} x/{p} {p}/x a/{r} {o}-b/{r} x/{r}/{o} x/a X/a/b x/{r}-{r} x/{p}-{r} x/{o}{r} x/{s}/{o}/{r} x/{o}-{r}/{r} x/{p}/of/{p}'.split(
    ' ',
  );
const namesIn = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name = '']) => name);
const fitting = (pattern: string) =>
  TEMPLATES.filter((template) => namesIn(template).every((name) => namesIn(pattern).includes(name)));
/** Templates that identify the repository. */
const telling = (pattern: string) =>
  fitting(pattern).filter((template) => namesIn(pattern).every((name) => namesIn(template).includes(name)));

const routeFrom = (sources: readonly string[], templatesFor: typeof fitting) =>
  fc.constantFrom(...PATTERNS.filter((pattern) => templatesFor(pattern).length > 0)).chain((pattern) => {
    const template = fc.constantFrom(...templatesFor(pattern));
    return fc.record({
      from: fc.constantFrom(...sources).map((source) => `${source}:${pattern}`),
      to: fc.oneof(template, fc.array(template, { minLength: 1, maxLength: 2 })),
    });
  });
const any = fc.record(
  {
    account: fc.constantFrom('main', 'main', 'main', 'other'),
    targets: fc.constantFrom(['x/dr'], ['x/dr', 'x/apac'], ['x/apac']),
    firstDeletionCounts: fc.constant(true),
  },
  { requiredKeys: [] },
);
const contents = fc.record({
  routes: fc.array(
    fc.tuple(routeFrom(SOURCES, fitting), any).map(([route, more]) => ({ ...route, ...more })),
    { minLength: 1, maxLength: 4 },
  ),
  events: fc.record({ confirmEcr: fc.boolean() }),
});
/** A valid configuration whose sources all have checkExistence. */
const createChecker = fc.record({
  routes: fc.array(routeFrom(['forge', 'asked'], telling), { minLength: 2, maxLength: 3 }),
});

interface Leading {
  readonly source: string;
  readonly path: string;
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
  readonly targets?: readonly Target[];
}

const imageOf = ({ account, namespace, repository }: Leading) => `${account}:${namespace}/${repository}`;

/** Every repository of a few names, and every image that it is routed to. */
function leadingOf({ routes }: Pick<Config, 'routes'>): Map<string, Leading[]> {
  const sources = new Set(routes.map(({ from }) => from.slice(0, from.indexOf(':'))));
  const all = [...sources].flatMap((source) =>
    PATHS.flatMap((path) => {
      const routing = findRoute(routes, source, path);
      if (!routing.matched) return [];
      return routing.destinations.map(({ account = '', ...rest }) => ({ source, path, account, ...rest }));
    }),
  );
  return Map.groupBy(all, imageOf);
}

function meet({ targets: one }: Leading, { targets: other }: Leading): boolean {
  if (one === undefined || other === undefined) return true;
  return one.some((target) => other.some((each) => nameOf(each) === nameOf(target)));
}

const othersOf = (one: Leading, all: readonly Leading[]) =>
  all.filter((each) => (each.source !== one.source || each.path !== one.path) && meet(one, each));

/** The request that the deletion of a repository leads to, for one image. */
function requestOf(config: Config, { source, path, namespace, repository, account }: Leading) {
  const deleted = {
    type: 'deleted',
    repository: path,
    id: 'e1',
    occurredAt: '2026-11-24T03:00:00Z',
  } as const;
  const { requests } = resolveEvents([deleted], { source, id: 'e1' }, config);
  return requests.find(
    (each) => each.namespace === namespace && each.repository === repository && each.account === account,
  );
}

const firstRoute = ({ routes }: Config, { source, path }: Leading) =>
  routes.find(({ from }) => matchPattern(from, source, path) !== undefined);

testSlowProperty(
  'a deletion asks every other repository that leads to its image, or the route says that the first one counts',
  [fc.oneof(contents, createChecker)],
  (written) => {
    const result = validateConfig('test', { ...SECTIONS, ...written });
    fc.pre(result.ok);
    if (!result.ok) return;
    const config = result.value;
    for (const leading of leadingOf(config).values()) {
      for (const one of leading) {
        const others = othersOf(one, leading);
        if (others.length === 0 || firstRoute(config, one)?.firstDeletionCounts) continue;
        expect(requestOf(config, one)).toMatchObject({ checkAllSources: true });
        const found = findSources(config.routes, one);
        const names = new Set(found.map(({ source, repository = '' }) => keyOfSource(source, repository)));
        for (const other of others) {
          const isUndecided = found.some(
            (each) => each.source === other.source && each.repository === undefined,
          );
          expect(isUndecided || names.has(`${other.source}:${other.path}`)).toBe(true);
        }
      }
    }
  },
);

testSlowProperty(
  'a rejected configuration names two repositories that lead to one image',
  [contents],
  (written) => {
    const result = validateConfig('test', { ...SECTIONS, ...written });
    fc.pre(!result.ok);
    const colliding = (result.ok ? [] : result.issues).filter(({ expected }) =>
      expected.startsWith('a template that keeps source repositories apart'),
    );
    fc.pre(colliding.length > 0);
    const routes = written.routes.map((each) => ({ account: 'main', ...each, firstDeletionCounts: true }));
    const open = validateConfig('test', { ...SECTIONS, routes });
    for (const { expected } of colliding) {
      const [, one = '', other = '', image = ''] =
        / apart: (\S+) and (\S+) both lead to (\S+) /.exec(expected) ?? [];
      // Where a name occurs twice, a collision may be too long to be found.
      if (image === '' && /\{(\w+)\}.*\{\1\}/.test(expected)) continue;
      expect(one).not.toBe(other);
      for (const name of [one, other]) {
        const colon = name.indexOf(':');
        const routing = findRoute(
          open.ok ? open.value.routes : [],
          name.slice(0, colon),
          name.slice(colon + 1),
        );
        const images = routing.matched ? routing.destinations : [];
        expect(images.map(({ namespace, repository }) => `${namespace}/${repository}`)).toContain(image);
      }
    }
  },
);

test('a living source repository keeps the tasks of its image, whatever is known of the others', async () => {
  const state = fc.constantFrom<Existence>('gone', 'gone', 'unknown');
  await holdsSlowly([createChecker, fc.nat(), fc.infiniteStream(state)], async (written, choice, states) => {
    const config = checked(written);
    const cases = [...leadingOf(config).values()].flatMap((leading) =>
      leading
        .filter((one) => firstRoute(config, one)?.shared)
        .flatMap((one) => othersOf(one, leading).map((living) => ({ one, living }))),
    );
    const chosen = cases[choice % cases.length];
    fc.pre(chosen !== undefined);
    if (chosen === undefined) return;
    const { one, living } = chosen;
    const request = requestOf(config, one);
    expect(request).toBeDefined();
    if (request === undefined) return;
    const { log } = recordLog();
    const cleaner = new Cleaner({
      config,
      log,
      accounts: new Accounts(config.accounts, () => Promise.reject(new Error('SWR is asked')), log),
      ledger: noLedger,
      findSources: (place) => findSources(config.routes, place),
      checkExistence: (source, name) => {
        const isLiving = source === living.source && name.toLowerCase() === living.path;
        return Promise.resolve(isLiving ? 'exists' : (states.next().value ?? 'gone'));
      },
    });
    const { outcomes } = await cleaner.clean(request, noHurry);
    expect(outcomes).toEqual([
      {
        outcome: 'kept',
        reason: 'still at the source',
        livingSource: expect.stringMatching(new RegExp(`^${living.source}:${living.path}$`, 'i')),
      },
    ]);
  });
});

function checked(written: object): Config {
  const result = validateConfig('test', { ...SECTIONS, ...written });
  if (!result.ok) throw new Error(formatIssues(result.issues));
  return result.value;
}
