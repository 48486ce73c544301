import type { CleanupRequest } from '../cleanup/request.ts';
import { type Target, validateOrganization, validateRepository } from '../huaweicloud/names.ts';
import { lowerAscii } from '../lower-ascii.ts';
import { fillTemplate, matchPattern, matchPrefix } from './route-pattern.ts';

/** Rule that leads repositories of a source to SWR repositories. */
export interface Route {
  /** `SOURCE:PATTERN`. */
  readonly from: string;
  /** `NAMESPACE/REPOSITORY`, with the names of the pattern; several if one repository has several copies. */
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

/** Organization of SWR, with its account and the tasks that a route concerns. */
type OrganizationDestination = Pick<CleanupRequest, 'account' | 'namespace' | 'targets'>;

/** SWR repository that a route leads to. */
export type Destination = OrganizationDestination & { readonly repository: string };

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
 * Finds the SWR repositories that belong to a repository of a source: the first matching route decides.
 *
 * @example
 * const route = { from: 'github:acme/{repo}', to: 'acme-images/{repo}', account: 'main' };
 * findRoute([route], 'github', 'acme/api');
 * // { matched: true, destinations: [{ account: 'main', namespace: 'acme-images', repository: 'api' }] }
 *
 * @param path full name of the source repository, such as `acme/api`.
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
 * Finds the SWR organization that belongs as a whole to an organization of a source: a route leads every repository of
 * the source organization there under its own name, and neither another route nor another source repository leads there.
 *
 * @param path full name of the source organization, such as `acme`.
 */
export function findOrganization(
  routes: readonly Route[],
  source: string,
  path: string,
): { readonly matched: true; readonly destination: OrganizationDestination } | NoRoute {
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
 * Says whether each organization that matches a route has a namespace of its own. Without the name in the template they
 * share one, and with two names the end of the first is unknown.
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

/** Issue of an SWR image, `namespace/repository`; undefined if it is valid. */
export function validateImage(image: string): string | undefined {
  const { namespace, repository } = splitImage(image);
  return validateOrganization(namespace) ?? validateRepository(repository);
}

function splitImage(image: string): { namespace: string; repository: string } {
  const [namespace = '', ...repository] = lowerAscii(image).split('/');
  return { namespace, repository: repository.join('/') };
}
