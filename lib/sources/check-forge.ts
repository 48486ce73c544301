import type { Existence } from '../cleanup/confirm-gone.ts';
import { monotonicMs } from '../clock.ts';
import type { Deadline } from '../deadline.ts';
import { httpRequest } from '../http/http-request.ts';
import { readJson } from '../json.ts';
import type { ExistenceChecker, SourceApi } from './source.ts';

/** Time limit for all calls of one check together. */
const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;
/** Keys with which GitHub, Gitea, Bitbucket and GitLab say who may see a repository. */
const VISIBILITY = new Set(['private', 'is_private', 'visibility']);
/** OWNER/NAME. Neither part is a dot segment, which would lead the check to another address. */
export const OWNER_AND_NAME = /^(?!\.{1,2}\/)[^/\s]{1,100}\/(?!\.{1,2}$)[^/\s]{1,100}$/;
/** GROUP/PROJECT of GitLab, where a group may be in another. */
export const PROJECT_PATH = /^[^/\s]+(?:\/[^/\s]+)+$/;
/** Segment of an address that is no dot segment. */
const SEGMENT = /^(?!\.{1,2}$)[^/\s]{1,255}$/;

/** API of a forge. A name that can't have an address has none. */
interface ForgeApi {
  readonly repositoryUrl: (url: string, repository: string) => string | undefined;
  readonly organizationUrl: (url: string, organization: string) => string | undefined;
  /** Address that answers 200 only to valid credentials. */
  readonly probeUrl: (url: string) => string;
  readonly headers: (token: string) => Readonly<Record<string, string>>;
}

/** One check, for `checkForge`. */
interface ForgeCheck {
  /** Address of the repository or organization; undefined if its name can't have one. */
  readonly url: string | undefined;
  readonly probeUrl: string;
  /** With the credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly deadline: Deadline;
  /** Addresses that must answer 404 as well. */
  readonly goneUrls?: readonly string[];
  /** Addresses of private repositories, at least one of which must be visible; missing if none is configured. */
  readonly canaryUrls?: readonly string[] | undefined;
  /** Called if the answer shows a private repository. */
  readonly onPrivate?: () => void;
}

interface ForgeAnswer {
  readonly status: number;
  /** Undefined if the answer doesn't say. */
  readonly isPrivate: boolean | undefined;
}

/** Creates the checker of a forge, which answers 404 alike for a missing repository and for one that the token can't see. */
export function createChecker(forge: ForgeApi): Required<ExistenceChecker> {
  const { repositoryUrl, organizationUrl, probeUrl, headers } = forge;
  const ownerOf = (repository: string): string | undefined =>
    repositoryUrl('', repository) === undefined
      ? undefined
      : repository.slice(0, repository.lastIndexOf('/')).toLowerCase();
  const callOf = ({ url, credentials }: SourceApi, deadline: Deadline) => {
    return { probeUrl: probeUrl(url), headers: headers(credentials.trim()), deadline };
  };
  const addressesOf = (url: string, repositories: readonly string[]): string[] =>
    repositories.flatMap((repository) => repositoryUrl(url, repository) ?? []);
  const canaryOf = (canaries: readonly string[], owner: string): string | undefined =>
    canaries
      .filter((canary) => isWithin(owner, ownerOf(canary)))
      .toSorted((one, other) => other.lastIndexOf('/') - one.lastIndexOf('/'))[0];

  return {
    ownerOf,

    async findRepository(api, repository, deadline, note) {
      const owner = ownerOf(repository);
      if (owner === undefined) return 'unknown';
      const canary = canaryOf(api.canaries ?? [], owner);
      // No other repository shows that the canary itself is gone.
      const isCanary = canary?.toLowerCase() === repository.toLowerCase();
      const existence = await checkForge({
        ...callOf(api, deadline),
        url: repositoryUrl(api.url, repository),
        canaryUrls: canary === undefined ? undefined : addressesOf(api.url, isCanary ? [] : [canary]),
        onPrivate: () => note?.('private', owner),
      });
      if (existence === 'gone' && canary === undefined) note?.('unproven', owner);
      return existence;
    },

    findOrganization(api, organization, deadline) {
      const { canaries = [] } = api;
      const isOwn = (canary: string) => isWithin(ownerOf(canary), organization.toLowerCase());
      const others = canaries.filter((canary) => !isOwn(canary));
      return checkForge({
        ...callOf(api, deadline),
        url: organizationUrl(api.url, organization),
        goneUrls: addressesOf(api.url, canaries.filter(isOwn)),
        canaryUrls: canaries.length === 0 ? undefined : addressesOf(api.url, others),
      });
    },

    async acceptsCredentials(api, deadline) {
      const call = callOf(api, deadline);
      const status = (await createReader(call)(call.probeUrl))?.status;
      if (status === 200) return true;
      return status === 401 || status === 403 ? false : undefined;
    },
  };
}

/**
 * Checks with a forge's API whether the forge still has a repository or an organization.
 *
 * Only a 404 with a JSON body counts as `gone`: a page in HTML comes from a proxy, or from an address that is no API.
 * Forges also answer 404 if the credentials are wrong, expired or without rights, to hide which repositories they have.
 * Before a 404 counts, a second call therefore checks that the API is there and accepts the credentials. A third one
 * checks that the credentials still see a private repository, if a canary is configured. The canary comes last, so that
 * rights which are lost in between don't go unnoticed.
 *
 * Every failure is `unknown`. The function throws no error, so no message can show the credentials.
 */
export async function checkForge(check: ForgeCheck): Promise<Existence> {
  const { url, probeUrl, goneUrls = [], canaryUrls, onPrivate } = check;
  if (url === undefined) return 'unknown';
  const read = createReader(check);
  const answer = await read(url);
  if (answer?.status === 200) {
    if (answer.isPrivate === true) onPrivate?.();
    return 'exists';
  }
  if (answer?.status !== 404) return 'unknown';
  if ((await read(probeUrl))?.status !== 200) return 'unknown';
  for (const goneUrl of goneUrls) if ((await read(goneUrl))?.status !== 404) return 'unknown';
  if (canaryUrls === undefined) return 'gone';
  for (const canaryUrl of canaryUrls) {
    const canary = await read(canaryUrl);
    // Everybody sees a public repository.
    if (canary?.status === 200 && canary.isPrivate !== false) return 'gone';
  }
  return 'unknown';
}

/** Creates a function for the calls of one check: it returns an answer with a JSON object, or undefined if there is none. */
function createReader({ headers, deadline }: Pick<ForgeCheck, 'headers' | 'deadline'>) {
  const endMs = monotonicMs() + Math.min(TIMEOUT_MS, deadline.remainingMs());
  return async (url: string): Promise<ForgeAnswer | undefined> => {
    const timeoutMs = endMs - monotonicMs();
    if (timeoutMs <= 0) return undefined;
    try {
      const { status, body } = await httpRequest({
        method: 'GET',
        url: new URL(url),
        // GitHub answers 403 to a caller without a name.
        headers: { 'User-Agent': 'swr-sync-cleanup', Accept: 'application/json', ...headers },
        timeoutMs,
        maxBodyBytes: MAX_BODY_BYTES,
      });
      const content = readJson(body);
      if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
      return { status, isPrivate: isPrivate(content) };
    } catch {
      return undefined;
    }
  };
}

/** Address of OWNER/NAME below that of all repositories; undefined if the name is not of this form. */
export function addressOf(collectionUrl: string, repository: string): string | undefined {
  if (!OWNER_AND_NAME.test(repository) || !repository.isWellFormed()) return undefined;
  return `${collectionUrl}/${repository.split('/').map(encodeURIComponent).join('/')}`;
}

/** Address of an owner, who has a single name; undefined if the name is not of this form. */
export function addressOfOwner(collectionUrl: string, owner: string): string | undefined {
  return isSegment(owner) ? `${collectionUrl}/${encodeURIComponent(owner)}` : undefined;
}

/** Says whether a name can be a segment of an address, once it is encoded. */
export function isSegment(name: string): boolean {
  return SEGMENT.test(name) && name.isWellFormed();
}

/** Visibility of a repository. `internal` ones aren't private: every user of the forge sees them without further rights. */
function isPrivate(repository: object): boolean | undefined {
  const claims = Object.entries(repository).filter(([key]) => VISIBILITY.has(key));
  if (claims.length === 0) return undefined;
  return claims.every(([, claim]) => claim === true || claim === 'private');
}

/** Says whether an owner is a group, or lies within it. */
function isWithin(owner: string | undefined, group: string | undefined): boolean {
  return owner === group || (owner?.startsWith(`${group}/`) ?? false);
}
