import * as v from 'valibot';
import type { Existence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import type { HttpResponse } from '../http/http-request.ts';
import { readJson } from '../json.ts';
import { basicOf, getFrom, isFound, isRegistryName, parseRegistryErrors } from './registry.ts';
import type { ExistenceChecker, SourceApi } from './source.ts';

const TOKEN = /^[\w.~+/-]+=*$/;

const tokenSchema = v.object({ token: v.optional(v.string()), access_token: v.optional(v.string()) });

export const distributionApi = { findRepository } satisfies ExistenceChecker;

/**
 * Checks over the OCI Distribution API whether a registry still has a repository. A repository may have no tags.
 *
 * A registry that keeps its names in an object store may lose one with its last tag, while manifests are left. The check
 * is therefore only for an event that reports a deletion, and not for finding deleted repositories.
 */
async function findRepository(api: SourceApi, repository: string, deadline: Deadline): Promise<Existence> {
  if (!isRegistryName(repository)) return 'unknown';
  const answer = await callRegistry(api, `/v2/${repository}/tags/list`, deadline);
  if (answer === undefined) return 'unknown';
  if (isFound(answer)) return 'exists';
  if (!isMissing(answer, repository)) return 'unknown';
  const base = await callRegistry(api, '/v2/', deadline);
  return base?.status === 200 ? 'gone' : 'unknown';
}

function isMissing(answer: HttpResponse, repository: string): boolean {
  return (
    answer.status === 404 &&
    parseRegistryErrors(answer).some(
      ({ code, detail }) => code === 'NAME_UNKNOWN' && !isAboutAnother(detail, repository),
    )
  );
}

/** Says whether an error is about another name. The specification leaves `detail` open, and registries put the name there. */
function isAboutAnother(detail: unknown, repository: string): boolean {
  return typeof detail === 'object' && detail !== null && 'name' in detail && detail.name !== repository;
}

/** Calls a registry, and calls it again with a token if the registry demands one. */
async function callRegistry(
  api: SourceApi,
  path: string,
  deadline: Deadline,
): Promise<HttpResponse | undefined> {
  const url = new URL(`${api.url}${path}`);
  const basic = basicOf(api.credentials);
  const answer = await getFrom(url, basic, deadline);
  if (answer?.status !== 401) return answer;
  const tokenUrl = tokenUrlOf(answer, url);
  if (tokenUrl === undefined) return answer;
  const granted = await getFrom(tokenUrl, basic, deadline);
  const token = granted?.status === 200 ? tokenOf(granted) : undefined;
  return token === undefined ? answer : await getFrom(url, `Bearer ${token}`, deadline);
}

/** Address of tokens that the registry names. Credentials are sent to no other host. */
function tokenUrlOf({ headers }: HttpResponse, registryUrl: URL): URL | undefined {
  const challenge = headers['www-authenticate'] ?? '';
  if (!/^bearer /i.test(challenge)) return undefined;
  const parameters = new Map(
    // The word boundary keeps the time linear: tried from each of its letters, a long word would take its length squared.
    [...challenge.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const realm = parameters.get('realm');
  if (!realm || !URL.canParse(realm, registryUrl.href)) return undefined;
  const url = new URL(realm, registryUrl.href);
  if (url.origin !== registryUrl.origin) return undefined;
  for (const name of ['service', 'scope']) {
    const value = parameters.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

function tokenOf(answer: HttpResponse): string | undefined {
  const parsed = v.safeParse(tokenSchema, readJson(answer.body));
  if (!parsed.success) return undefined;
  const token = parsed.output.token ?? parsed.output.access_token;
  return token !== undefined && TOKEN.test(token) ? token : undefined;
}
