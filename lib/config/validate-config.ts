import * as v from 'valibot';
import { type Issue, type Parsed, show, toIssues } from '../issues.ts';
import type { Config } from './config.ts';
import { hideSecret } from './hide-secret.ts';
import { fileSchema, partsSchema } from './schema.ts';
import { validateOverlaps } from './validate-overlaps.ts';
import { expectAccount, parseTarget, validateRoutes } from './validate-routes.ts';
import { validateSharing, validateSources } from './validate-sources.ts';

/**
 * Checks the contents of a `config/<stage>.yml` whole, and fills in every default.
 *
 * @returns the configuration, or every issue at once.
 */
export function validateConfig(stage: string, contents: unknown): Parsed<Config> {
  const result = v.safeParse(fileSchema, contents);
  const routeIssues = validateRoutes(contents);
  const issues = [
    ...(result.success ? [] : toIssues(result.issues).map(hideSecret)),
    ...validateSources(contents).map(hideSecret),
    ...validateSharing(contents),
    ...routeIssues,
    ...validateSweep(contents),
  ];
  // Only routes that are right by themselves can be compared.
  if (!result.success || routeIssues.length > 0) return { ok: false, issues };

  const { accounts, sources, routes, events } = result.output;
  const [defaultAccount = ''] = Object.keys(accounts);
  const checked = validateOverlaps(
    routes.map(({ account = defaultAccount, targets, ...route }) => ({
      ...route,
      account,
      ...(targets && { targets: targets.map(parseTarget).filter((target) => target !== undefined) }),
    })),
    { sources, events },
  );
  issues.push(...checked.issues);
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, value: { ...result.output, stage, defaultAccount, routes: checked.routes } };
}

/** Issues between the sweep and the accounts of a file, whatever else is wrong with the file. */
export function validateSweep(contents: unknown): Issue[] {
  const { accounts, sweep } = v.parse(partsSchema, contents);
  return sweep.targetAccounts.flatMap((account, index) => {
    if (typeof account !== 'string' || Object.hasOwn(accounts, account)) return [];
    return [
      { path: `sweep.targetAccounts[${index}]`, found: show(account), expected: expectAccount(accounts) },
    ];
  });
}
