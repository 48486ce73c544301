import * as v from 'valibot';
import { defaultEndpoint } from '../endpoint.ts';
import { faultsOf, type Parsed } from '../issues.ts';
import type { Config } from './config.ts';
import { hideSecret } from './hide-secret.ts';
import { fileSchema } from './schema.ts';
import { checkOverlaps } from './validate-overlaps.ts';
import { faultsOfRoutes, parseTarget } from './validate-routes.ts';
import { faultsOfSharing } from './validate-shared.ts';
import { faultsOfSources } from './validate-sources.ts';
import { faultsOfSweep } from './validate-sweep.ts';

/**
 * Checks the contents of a `config/<stage>.yml` whole, and fills in every default.
 *
 * @returns the configuration, or every fault at once.
 */
export function checkConfig(stage: string, contents: unknown): Parsed<Config> {
  const result = v.safeParse(fileSchema, contents);
  const routeFaults = faultsOfRoutes(contents);
  const faults = [
    ...(result.success ? [] : faultsOf(result.issues).map(hideSecret)),
    ...faultsOfSources(contents).map(hideSecret),
    ...faultsOfSharing(contents),
    ...routeFaults,
    ...faultsOfSweep(contents),
  ];
  // Only routes that are right by themselves can be compared.
  if (!result.success || routeFaults.length > 0) return { ok: false, faults };

  const { accounts, sources, routes, safety, sweep, ledger, events } = result.output;
  const [defaultAccount = ''] = Object.keys(accounts);
  const checked = checkOverlaps(
    routes.map(({ account = defaultAccount, targets, ...route }) => ({
      ...route,
      account,
      ...(targets && { targets: targets.map(parseTarget).filter((target) => target !== undefined) }),
    })),
    { sources, events },
  );
  faults.push(...checked.faults);
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    value: {
      stage,
      accounts: Object.fromEntries(
        Object.entries(accounts).map(([name, { region, credentials, iamEndpoint, swrEndpoint }]) => [
          name,
          {
            region,
            credentials,
            iamEndpoint: iamEndpoint ?? defaultEndpoint('iam', region),
            swrEndpoint: swrEndpoint ?? defaultEndpoint('swr-api', region),
          },
        ]),
      ),
      defaultAccount,
      sources,
      routes: checked.routes,
      safety,
      sweep,
      ledger,
      events,
    },
  };
}
