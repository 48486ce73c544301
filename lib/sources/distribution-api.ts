import * as v from 'valibot';
import type { Existence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import type { HttpResponse } from '../http/http-request.ts';
import { readJson } from '../json.ts';
import { basicOf, errorsOf, getFrom, isFound, isRegistryName } from './registry.ts';
import type { ExistenceChecker, SourceApi } from './source.ts';

const TOKEN = /^[\w.~+/-]+=*$/;

const tokenSchema = v.object({ token: v.optional(v.string()), access_token: v.optional(v.string()) });

export const distributionApi = { findRepository } satisfies ExistenceChecker;

/**
 * Asks a registry whether it still has a repository, over the OCI Distribution API. One without tags is still one.
 *
 * A registry that keeps its names in an object store may forget one with its last tag, while manifests are left: the
 * question is for an event that says a repository is gone, and not for finding such repositories.
 */
async function findRepository(api: SourceApi, repository: string, deadline: Deadline): Promise<Existence> {
  if (!isRegistryName(repository)) return 'unknown';
  const answer = await ask(api, `/v2/${repository}/tags/list`, deadline);
  if (answer === undefined) return 'unknown';
  if (isFound(answer)) return 'exists';
  if (!isMissing(answer, repository)) return 'unknown';
  const base = await ask(api, '/v2/', deadline);
  return base?.status === 200 ? 'gone' : 'unknown';
}

function isMissing(answer: HttpResponse, repository: string): boolean {
  return (
    answer.status === 404 &&
    errorsOf(answer).some(
      ({ code, detail }) => code === 'NAME_UNKNOWN' && !isAboutAnother(detail, repository),
    )
  );
}

/** What the specification leaves open, registries use for the name that they looked for. */
function isAboutAnother(detail: unknown, repository: string): boolean {
  return typeof detail === 'object' && detail !== null && 'name' in detail && detail.name !== repository;
}

/** One question, and where the registry wants a token for it, once more with one. */
async function ask(api: SourceApi, path: string, deadline: Deadline): Promise<HttpResponse | undefined> {
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

/** Where the registry sends us for a token. Credentials go to no other host, whatever it says. */
function tokenUrlOf({ headers }: HttpResponse, asked: URL): URL | undefined {
  const challenge = headers['www-authenticate'] ?? '';
  if (!/^bearer /i.test(challenge)) return undefined;
  const parameters = new Map(
    // Begins at a word's beginning: tried from each of its letters, a long word would take its length squared.
    [...challenge.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const realm = parameters.get('realm');
  if (!realm || !URL.canParse(realm, asked.href)) return undefined;
  const url = new URL(realm, asked.href);
  if (url.origin !== asked.origin) return undefined;
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
