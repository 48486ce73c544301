import * as v from 'valibot';
import { nameOf, type Target, targetOf, validateTarget } from '../huaweicloud/names.ts';
import { type Issue, show } from '../issues.ts';
import { validateImage } from '../routing/route.ts';
import { sampleTemplate, validatePattern } from '../routing/route-pattern.ts';
import { isSourceType, sources as sourcesByType } from '../sources/index.ts';
import { builtInSources } from '../sources/source.ts';
import { partsSchema } from './schema.ts';

const routeSchema = v.object({
  from: v.fallback(v.optional(v.string()), undefined),
  to: v.fallback(v.optional(v.union([v.string(), v.array(v.string())])), undefined),
  account: v.fallback(v.optional(v.string()), undefined),
  targets: v.fallback(v.array(v.unknown()), []),
});
const typedSchema = v.object({ type: v.string() });

/** Issues between the parts of a file's routes, whatever else is wrong with the file. */
export function validateRoutes(contents: unknown): Issue[] {
  const { accounts, sources, routes } = v.parse(partsSchema, contents);
  const issues: Issue[] = [];
  for (const [index, candidate] of routes.entries()) {
    const route = v.safeParse(routeSchema, candidate);
    if (!route.success) continue;
    const { from, to, account, targets } = route.output;
    const add = (key: string, found: unknown, expected: string | undefined) => {
      if (expected !== undefined)
        issues.push({ path: `routes[${index}].${key}`, found: show(found), expected });
    };
    if (from !== undefined) add('from', from, validateFrom(from, sources));
    const templates = typeof to === 'string' ? { to } : indexed('to', to ?? []);
    for (const [key, template] of Object.entries(templates)) {
      if (from !== undefined) add(key, template, validateTemplate(template, patternOf(from)));
    }
    if (account !== undefined && !Object.hasOwn(accounts, account))
      add('account', account, expectAccount(accounts));
    for (const [position, target] of targets.entries()) {
      const valid = typeof target === 'string' && parseTarget(target) !== undefined;
      if (!valid) add(`targets[${position}]`, target, 'REGION/ORGANIZATION such as cn-east-3/acme-dr');
    }
  }
  return issues;
}

function validateFrom(from: string, sources: Readonly<Record<string, unknown>>): string | undefined {
  const colon = from.indexOf(':');
  const name = from.slice(0, Math.max(colon, 0));
  const known = [...new Set([...Object.keys(sources), ...builtInSources])];
  if (!known.includes(name)) return `SOURCE:PATTERN with one of the sources (${known.join(', ')})`;
  const typed = v.safeParse(typedSchema, sources[name]);
  if (typed.success && isSourceType(typed.output.type) && !sourcesByType[typed.output.type].routed) {
    return `another source: events of ${name} name SWR repositories themselves`;
  }
  return validatePattern(patternOf(from));
}

function indexed(key: string, list: readonly string[]): Record<string, string> {
  return Object.fromEntries(list.map((each, index) => [`${key}[${index}]`, each]));
}

/** Validates a route's `to`, given a valid `from`. */
function validateTemplate(template: string, pattern: string): string | undefined {
  const sample = sampleTemplate(template, pattern);
  if ('issue' in sample) return sample.issue;
  return validateImage(sample.filled) === undefined
    ? undefined
    : 'namespace/repository as SWR allows them, such as acme-images/{repo}';
}

function patternOf(from: string): string {
  return from.slice(from.indexOf(':') + 1);
}

/** Accounts of a file, as what was expected in place of another name. */
export function expectAccount(accounts: Readonly<Record<string, unknown>>): string {
  return `one of accounts (${Object.keys(accounts).join(', ') || 'there is none'})`;
}

/** Target that `REGION/ORGANIZATION` names; undefined if the text is something else. */
export function parseTarget(text: string): Target | undefined {
  const target = targetOf(text);
  return nameOf(target) === text && validateTarget(target) === undefined ? target : undefined;
}
