import { type Fault, show } from '../faults.ts';
import { parseJson } from './json-text.ts';

const NAMESPACE_KEYS = ['namespace', 'namespace_name', 'namespaceName'];
const REPOSITORY_KEYS = ['repository', 'repository_name', 'repositoryName', 'repo'];
// The path has to end there: what lies below a repository is a tag, a trigger or a synchronization task.
const PATH = /\/namespaces\/([^/?\s"]+)(?:\/(?:repos|repositories)\/([^/?\s"]+))?\/?(?=[?\s"]|$)/;

/** What a trace says where: the name of the resource, what was called, and what was sent. */
interface NamedTrace {
  readonly resource_name?: string | null | undefined;
  /** May begin with the method and the path. */
  readonly message?: unknown;
  /** An object, or the JSON of one, or a text. */
  readonly request?: unknown;
}

export interface TraceNames {
  readonly namespace: string;
  readonly repository?: string;
}

type Found =
  | { readonly ok: true; readonly value: TraceNames }
  | { readonly ok: false; readonly fault: Fault };

/** Which repository or organization of SWR a trace of CTS is about. */
export function findNames(trace: NamedTrace, of: 'repository' | 'organization'): Found {
  const request = readRequest(trace.request);
  const said = {
    namespace: textAt(request.fields, NAMESPACE_KEYS),
    repository: textAt(request.fields, REPOSITORY_KEYS),
  };
  const called = findPath(trace.message) ?? findPath(request.text);
  const resource = trace.resource_name?.trim() || undefined;
  return of === 'organization'
    ? organizationOf([resource, said.namespace, called?.namespace])
    : repositoryOf(resource, said, called);
}

/** Everything that names the organization has to agree: every repository in it is at stake. */
function organizationOf(candidates: readonly (string | undefined)[]): Found {
  const [namespace, ...others] = new Set(candidates.filter((name) => name !== undefined));
  if (namespace === undefined) return fault('resource_name', undefined, 'the name of the organization');
  if (others.length > 0) return contradiction([namespace, ...others]);
  return { ok: true, value: { namespace } };
}

function repositoryOf(
  resource: string | undefined,
  said: { readonly namespace: string | undefined; readonly repository: string | undefined },
  called: TraceNames | undefined,
): Found {
  const namespaces = new Set([said.namespace, called?.namespace].filter((name) => name !== undefined));
  const repositories = new Set(
    [said.repository, called?.repository].filter((name) => name !== undefined).map(asSlashes),
  );
  if (namespaces.size > 1) return contradiction([...namespaces]);
  if (repositories.size > 1) return contradiction([...repositories]);
  const [namespace] = namespaces;
  const [repository = resource] = repositories;
  if (repository === undefined) return fault('resource_name', undefined, 'the name of the repository');
  if (namespace === undefined) return splitFullName(repository);
  const name = repositories.size === 0 ? withoutPrefix(repository, `${namespace}/`) : repository;
  return { ok: true, value: { namespace, repository: asSlashes(name) } };
}

/** Where nothing else names the organization, a slash as such can only stand behind it. */
function splitFullName(name: string): Found {
  const [, namespace, repository] = /^([^/$]+)\/(.+)$/.exec(name) ?? [];
  if (namespace !== undefined && repository !== undefined) {
    return { ok: true, value: { namespace, repository: asSlashes(repository) } };
  }
  const expected = 'the organization of the repository, there or in resource_name or in the path of the call';
  return fault('request.namespace', undefined, expected);
}

/** Paths have "$" for the slashes of a repository, and a name may have come from one. */
function asSlashes(repository: string): string {
  return repository.replaceAll('$', '/');
}

function fault(path: string, found: unknown, expected: string): Found {
  return { ok: false, fault: { path, found: show(found), expected } };
}

function contradiction(names: readonly string[]): Found {
  return fault('request', names, 'one name, the same everywhere in the trace');
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) && text.length > prefix.length ? text.slice(prefix.length) : text;
}

function readRequest(request: unknown): { fields: Record<string, unknown>; text: unknown } {
  const content = typeof request === 'string' ? parseJson(request) : request;
  if (typeof content !== 'object') return { fields: {}, text: content };
  return { fields: { ...content }, text: JSON.stringify(content) };
}

function textAt(fields: Record<string, unknown>, keys: readonly string[]): string | undefined {
  return keys
    .map((key) => fields[key])
    .find((value): value is string => typeof value === 'string' && value !== '');
}

function findPath(text: unknown): TraceNames | undefined {
  const [, namespace, repository] = (typeof text === 'string' && PATH.exec(text)) || [];
  if (namespace === undefined) return undefined;
  return {
    namespace: decode(namespace),
    ...(repository !== undefined && { repository: decode(repository) }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
