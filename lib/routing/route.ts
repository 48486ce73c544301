import type { CleanupRequest } from '../cleanup/request.ts';
import { type Target, validateOrganization, validateRepository } from '../huaweicloud/names.ts';
import { lowerAscii } from '../lower-ascii.ts';
import { fillTemplate, matchPattern, matchPrefix } from './route-pattern.ts';

/** A rule that leads repositories of a source to SWR repositories. */
export interface Route {
  /** `SOURCE:PATTERN`. */
  readonly from: string;
  /** `NAMESPACE/REPOSITORY`, with the names that the pattern has found; several where one repository has several copies. */
  readonly to: string | readonly string[];
  readonly account: string;
  /** Every task of the repository if missing. */
  readonly targets?: readonly Target[];
  /** Deletes for the first of several source repositories that is gone, though others may live. */
  readonly firstDeletionCounts?: true;
  /**
   * Other source repositories lead to the same images, so all of them have to be gone. Computed when the configuration is
   * checked.
   */
  readonly shared?: true;
}

/** An organization of SWR, and which account and tasks a route means in it. */
type Organization = Pick<CleanupRequest, 'account' | 'namespace' | 'targets'>;

export type Destination = Organization & { readonly repository: string };

interface Routing {
  readonly matched: true;
  readonly destinations: readonly Destination[];
  /** Other source repositories lead to the same images: all of them have to be gone. */
  readonly shared?: true;
}

interface NoRoute {
  readonly matched: false;
  readonly reason: string;
}

/**
 * Finds the SWR repositories that belong to a repository of a source: the first route that fits decides.
 *
 * @param path the repository's full name there, such as `acme/api`.
 */
export function findRoute(routes: readonly Route[], source: string, path: string): Routing | NoRoute {
  for (const { from, to, account, targets, shared } of routes) {
    const found = matchPattern(from, source, path);
    if (found === undefined) continue;
    const images = [to].flat().map((template) => fillTemplate(template, found));
    const issue = images.map(validateImage).find((each) => each !== undefined);
    if (issue !== undefined) return { matched: false, reason: `route ${from}: ${issue}` };
    const destinations = images.map((image) => ({
      account,
      ...splitImage(image),
      ...(targets && { targets }),
    }));
    return { matched: true, destinations, ...(shared && { shared }) };
  }
  return { matched: false, reason: `no route for ${source}:${path}` };
}

/**
 * Finds the SWR organization that belongs as a whole to an organization of a source: a route takes every repository of
 * the one into the other under its own name, and neither another route nor another source repository leads there.
 *
 * @param path the organization's full name, such as `acme`.
 */
export function findOrganization(
  routes: readonly Route[],
  source: string,
  path: string,
): { readonly matched: true; readonly destination: Organization } | NoRoute {
  for (const route of routes) {
    const { from, to, account, targets } = route;
    const prefix = matchPrefix(from, source, path);
    if (prefix === undefined) continue;
    const [template = '', ...others] = [to].flat();
    const tail = `/{${prefix.rest}}`;
    const head = template.slice(0, -tail.length);
    const namespace = lowerAscii(fillTemplate(head, prefix.values));
    const whole =
      others.length === 0 &&
      template.endsWith(tail) &&
      namesOne(head, prefix.values) &&
      validateOrganization(namespace) === undefined;
    const shared = route.shared ?? routes.some((other) => other !== route && mayLeadTo(other, namespace));
    if (whole && !shared)
      return { matched: true, destination: { account, namespace, ...(targets && { targets }) } };
    const reason = `organization ${source}:${path} has no SWR organization to itself: the repositories count one by one`;
    return { matched: false, reason };
  }
  return { matched: false, reason: `no route for organization ${source}:${path}` };
}

/**
 * Whether no two organizations that fit a route come to the same namespace: without its name in there they all do, and
 * of two names it can't be told where one ends.
 */
function namesOne(template: string, values: ReadonlyMap<string, string>): boolean {
  const [name, ...others] = values.keys();
  return name === undefined || (others.length === 0 && template.includes(`{${name}}`));
}

function mayLeadTo({ to }: Route, namespace: string): boolean {
  return [to].flat().some((template) => {
    const [first = ''] = lowerAscii(template).split('/');
    return first.includes('{') || first === namespace;
  });
}

/** Says what is wrong with an SWR image, `namespace/repository`. */
export function validateImage(image: string): string | undefined {
  const { namespace, repository } = splitImage(image);
  return validateOrganization(namespace) ?? validateRepository(repository);
}

function splitImage(image: string): { namespace: string; repository: string } {
  const [namespace = '', ...repository] = lowerAscii(image).split('/');
  return { namespace, repository: repository.join('/') };
}
