import { type Issue, show } from '../issues.ts';
import { hasTooManyValues, parseJson } from '../json.ts';

const NAMESPACE_KEYS = ['namespace', 'namespace_name', 'namespaceName'];
const REPOSITORY_KEYS = ['repository', 'repository_name', 'repositoryName', 'repo'];
const URL_KEYS = ['url', 'uri'];
/** Text that consists of one call. */
const CALL = /^(?:[A-Z]+ )?(?:https:\/\/[^/\s]+)?(\/\S+)(?: HTTP\/[\d.]+)?$/;
// No paths below a repository, where its tags, triggers and synchronization tasks are.
const PATH =
  /^\/v2\/(?:manage|[^/]+\/instances\/[^/]+)\/namespaces\/([^/]+)(?:\/(?:repos|repositories)\/([^/]+))?\/?$/;

/** Fields of a trace that may name the deleted resource. */
interface NamedTrace {
  readonly resource_name?: string | null | undefined;
  /** Counts if it consists of a method and a path. */
  readonly message?: unknown;
  /** Object, its JSON, or a text such as `message`. */
  readonly request?: unknown;
}

/** Organization and repository of SWR; the organization alone if all of it was deleted. */
interface TraceNames {
  readonly namespace: string;
  readonly repository?: string;
}

/** Names in one field. */
type NamesOfField = Partial<TraceNames>;

type FoundNames =
  | { readonly type: 'found'; readonly names: TraceNames }
  /** The fields contradict each other, or can be read in two ways. */
  | { readonly type: 'ambiguous'; readonly reason: string }
  | { readonly type: 'missing'; readonly issue: Issue };

/** Names of the repository or organization of SWR that a trace of CTS is about. All fields have to agree. */
export function findNames(trace: NamedTrace, of: 'repository' | 'organization'): FoundNames {
  if (typeof trace.request === 'string' && hasTooManyValues(trace.request))
    return ambiguous('request holds too many JSON values to be read');
  const fields = readFields(trace.request);
  const odd = [...NAMESPACE_KEYS, ...REPOSITORY_KEYS].find((key) => !isTextOrNothing(fields[key]));
  if (odd !== undefined) return ambiguous(`request.${odd} is ${show(fields[odd])} and not a name`);
  const said: NamesOfField[] = [
    ...textsAt(fields, NAMESPACE_KEYS).map((namespace) => ({ namespace })),
    ...textsAt(fields, REPOSITORY_KEYS).map((repository) => ({ repository: asSlashes(repository) })),
    ...[trace.message, trace.request, ...textsAt(fields, URL_KEYS)].map(readCall),
  ];
  const resource = trace.resource_name?.trim() || undefined;
  return of === 'organization' ? organizationIn(resource, said) : repositoryIn(resource, said);
}

function organizationIn(resource: string | undefined, said: readonly NamesOfField[]): FoundNames {
  const statements = resource === undefined ? said : [...said, { namespace: resource }];
  const merged = mergeStatements(statements);
  if (merged === undefined) return contradiction(statements);
  const { namespace, repository } = merged;
  if (repository !== undefined)
    return ambiguous(`the trace of a deleted organization names repository ${show(repository)}`);
  if (namespace === undefined) return missing('resource_name', 'the name of the organization');
  return { type: 'found', names: { namespace } };
}

function repositoryIn(resource: string | undefined, said: readonly NamesOfField[]): FoundNames {
  const readings = resource === undefined ? [{}] : readingsOf(resource, said);
  const candidates = readings.flatMap((reading) => mergeStatements([...said, reading]) ?? []);
  const found = candidates.flatMap(({ namespace, repository }) =>
    namespace === undefined || repository === undefined ? [] : [{ namespace, repository }],
  );
  const [names, other] = found;
  if (other !== undefined) {
    return ambiguous(
      `resource_name ${show(resource)} may be a repository of the organization or name the organization as well`,
    );
  }
  if (names !== undefined) return { type: 'found', names };
  const [candidate] = candidates;
  if (candidate === undefined) return contradiction([...said, ...readings.slice(0, 1)]);
  if (candidate.repository === undefined) return missing('resource_name', 'the name of the repository');
  const expected = 'the organization of the repository, there or in resource_name or in the path of the call';
  return missing('request.namespace', expected);
}

/**
 * Readings of a resource's name: that of a repository, or the full name with its organization. "$" may stand for a slash.
 * If no other field names the organization, only a slash itself can follow it.
 */
function readingsOf(resource: string, said: readonly NamesOfField[]): NamesOfField[] {
  const alone = said.every(({ namespace }) => namespace === undefined);
  const repository = asSlashes(resource);
  const [, namespace, rest] =
    (alone ? /^([^/$]+)\/(.+)$/.exec(resource) : /^([^/]+)\/(.+)$/.exec(repository)) ?? [];
  if (namespace === undefined || rest === undefined) return [{ repository }];
  return [{ repository }, { namespace, repository: asSlashes(rest) }];
}

/** Names of all statements together; undefined if they contradict each other. */
function mergeStatements(statements: readonly NamesOfField[]): NamesOfField | undefined {
  const [namespace, ...otherNamespaces] = distinctNames(statements, 'namespace');
  const [repository, ...otherRepositories] = distinctNames(statements, 'repository');
  if (otherNamespaces.length > 0 || otherRepositories.length > 0) return undefined;
  return { ...(namespace !== undefined && { namespace }), ...(repository !== undefined && { repository }) };
}

function distinctNames(statements: readonly NamesOfField[], kind: keyof NamesOfField): string[] {
  return [...new Set(statements.flatMap((statement) => statement[kind] ?? []))];
}

/** Repository with slashes. Paths have "$" in their place, and a name may be from a path. */
function asSlashes(repository: string): string {
  return repository.replaceAll('$', '/');
}

function missing(path: string, expected: string): FoundNames {
  return { type: 'missing', issue: { path, found: show(undefined), expected } };
}

function ambiguous(reason: string): FoundNames {
  return { type: 'ambiguous', reason };
}

function contradiction(statements: readonly NamesOfField[]): FoundNames {
  const organizations = show(distinctNames(statements, 'namespace'));
  const repositories = show(distinctNames(statements, 'repository'));
  return ambiguous(
    `the trace names different things: organizations ${organizations}, repositories ${repositories}`,
  );
}

function readFields(request: unknown): Readonly<Record<string, unknown>> {
  const content = typeof request === 'string' ? parseJson(request) : request;
  // The copy has own keys only. Deeper values aren't read: they may be nested deeper than the stack allows.
  return typeof content === 'object' ? { ...content } : {};
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

function textsAt(fields: Readonly<Record<string, unknown>>, keys: readonly string[]): string[] {
  return keys
    .map((key) => fields[key])
    .filter((value): value is string => typeof value === 'string' && value !== '');
}

function readCall(text: unknown): NamesOfField {
  const [, target = ''] = (typeof text === 'string' && CALL.exec(text.trim())) || [];
  const [path = ''] = target.split('?');
  const [, namespace, repository] = PATH.exec(path) ?? [];
  if (namespace === undefined) return {};
  return {
    namespace: decodeName(namespace),
    ...(repository !== undefined && { repository: asSlashes(decodeName(repository)) }),
  };
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
