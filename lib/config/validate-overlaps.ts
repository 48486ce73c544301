import { nameOf } from '../huaweicloud/names.ts';
import { type Issue, show } from '../issues.ts';
import { findOverlap, type Overlap } from '../routing/overlap.ts';
import type { Route } from '../routing/route.ts';
import { readTemplate, type Template } from '../routing/template.ts';
import { existenceCheckers } from '../sources/index.ts';
import { ECR } from '../sources/source.ts';
import type { Config } from './config.ts';

type Checks = Pick<Config, 'sources' | 'events'>;

interface Placed extends Template {
  /** Index of its route. */
  readonly index: number;
  /** As it is written. */
  readonly text: string;
  /** `routes[2].to[0]` */
  readonly path: string;
}

/**
 * Compares every route with itself and with the others. Where several source repositories can lead to one image, all of them
 * need an API, or the routes say that the first deletion counts.
 *
 * @returns the routes, of which those are marked that share images; and what to change where they may not.
 */
export function validateOverlaps(routes: readonly Route[], checks: Checks) {
  const templates = routes.flatMap((route, index) =>
    [route.to].flat().map((text, position): Placed => {
      const path = `routes[${index}].to${typeof route.to === 'string' ? '' : `[${position}]`}`;
      return { ...readTemplate(text, route, routes), index, path, text };
    }),
  );
  const shared = new Set<Route>();
  const issues = new Map<Route, Issue>();
  const isChosen = ({ route }: Placed) => shared.has(route) || route.firstDeletionCounts === true;
  for (const [last, other] of templates.entries()) {
    for (const one of [other, ...templates.slice(0, last)]) {
      const both = [...new Set([one, other])];
      const isCheckable = both.every((each) => canCheck(each, checks));
      const isSettled =
        both.every(isChosen) && (isCheckable || both.every(({ route }) => route.firstDeletionCounts));
      if (isSettled || issues.has(other.route) || !meetInTasks(one.route, other.route)) continue;
      const overlap = findOverlap(one, other);
      if (overlap === undefined) continue;
      for (const { route } of both) if (route.firstDeletionCounts !== true) shared.add(route);
      if (!isCheckable) issues.set(other.route, describe(one, other, overlap, checks));
    }
  }
  return {
    routes: routes.map((route) => ({ ...route, ...(shared.has(route) && { shared: true as const }) })),
    issues: [...issues.values()],
  };
}

function meetInTasks(one: Route, other: Route): boolean {
  if (one.account !== other.account) return false;
  if (one.targets === undefined || other.targets === undefined) return true;
  const names = new Set(one.targets.map(nameOf));
  return other.targets.some((target) => names.has(nameOf(target)));
}

/** True if an image determines the template's repositories, and their source's API can be checked. */
function canCheck(template: Placed, { sources, events }: Checks): boolean {
  const { source, missing } = template;
  return missing.length === 0 && (source === ECR ? events.confirmEcr : sources[source]?.api !== undefined);
}

function describe(one: Placed, other: Placed, { example }: Overlap, checks: Checks): Issue {
  const collision = example
    ? `${example.one} and ${example.other} both lead to ${example.image}`
    : 'several source repositories may lead to one image';
  const routes = [...new Set([one, other].map(nameOfRoute))].join(' and ');
  const ways = waysOut([...new Set([one, other])], checks);
  const expected = `a template that keeps source repositories apart: ${collision} (${routes}). ${ways}`;
  return { path: other.path, found: show(other.text), expected };
}

function nameOfRoute({ index, route, text }: Placed): string {
  return `routes[${index}], ${route.from} to ${text}`;
}

/** Ways out that can help: a template that lacks a name, or a source without an API, can't be checked. */
function waysOut(both: readonly Placed[], { sources, events }: Checks): string {
  const canBeChecked = both.every(({ source, missing }) => {
    const type = sources[source]?.type;
    const isCheckable = type !== undefined && existenceCheckers[type] !== undefined;
    return missing.length === 0 && (source === ECR || isCheckable);
  });
  const keys = both.flatMap(({ source }) => {
    if (source === ECR) return events.confirmEcr ? [] : ['events.confirmEcr: true'];
    return sources[source]?.api === undefined ? [`sources.${source}.api`] : [];
  });
  const first = both
    .filter(({ route }) => route.firstDeletionCounts !== true)
    .map(({ index }) => `routes[${index}]`);
  const check = `, or configure ${[...new Set(keys)].join(' and ')} so that all of them are checked before a deletion`;
  const give = `, or give ${[...new Set(first)].join(' and ')} firstDeletionCounts: true if the first deletion counts`;
  return `Change a template${canBeChecked ? check : ''}${give}`;
}
