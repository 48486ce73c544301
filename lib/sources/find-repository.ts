import type { Existence } from '../cleanup/confirm-gone.ts';
import { monotonicMs } from '../clock.ts';
import type { Deadline } from '../deadline.ts';
import { httpRequest } from '../http/http-request.ts';

/** For all calls of a question together. */
const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;
/** How GitHub, Gitea, Bitbucket and GitLab say who may see a repository. */
const VISIBILITY = new Set(['private', 'is_private', 'visibility']);
/** Neither part is a dot segment, which would lead to another address when the source is asked. */
export const OWNER_AND_NAME = /^(?!\.{1,2}\/)[^/\s]{1,100}\/(?!\.{1,2}$)[^/\s]{1,100}$/;
/** GROUP/PROJECT of GitLab, where a group may be in another. */
export const PROJECT_PATH = /^[^/\s]+(?:\/[^/\s]+)+$/;
/** Not a dot segment, which would lead to another address. */
const SEGMENT = /^(?!\.{1,2}$)[^/\s]{1,255}$/;

export interface Question {
  /** The address of the repository or organization; undefined if its name can't have one. */
  readonly url: string | undefined;
  /** An address that answers 200 to nobody but the owner of good credentials. */
  readonly probeUrl: string;
  /** The credentials are among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly deadline: Deadline;
  /** Addresses that must answer 404 as well. */
  readonly goneUrls?: readonly string[];
  /** Addresses of private repositories, at least one of which must be visible; missing where none is configured. */
  readonly canaryUrls?: readonly string[] | undefined;
  /** Called if the answer shows a private repository. */
  readonly onPrivate?: () => void;
}

interface Answer {
  readonly status: number;
  /** Undefined if the answer doesn't say. */
  readonly isPrivate: boolean | undefined;
}

/**
 * Asks a forge over its API whether it still has a repository or an organization.
 *
 * Only a 404 with a JSON body counts as `gone`: a page in HTML comes from a proxy, or from an address that is no API.
 * Forges also answer 404 to credentials that are wrong or expired, or that have no rights, so as not to tell what there is.
 * Before a 404 counts, a second call therefore has to prove that the API is there and accepts the credentials, and where
 * a canary is configured, a third one that the credentials still see a private repository. The canary comes last: rights
 * that are lost in between must not go unnoticed.
 *
 * Whatever goes wrong is `unknown`; nothing is thrown, so no message can show the credentials.
 */
export async function checkForge(question: Question): Promise<Existence> {
  const { url, probeUrl, headers, deadline, goneUrls = [], canaryUrls, onPrivate } = question;
  if (url === undefined) return 'unknown';
  const giveUpAt = monotonicMs() + Math.min(TIMEOUT_MS, deadline.remainingMs());
  const read = (address: string) => readAnswer(address, headers, giveUpAt);
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

/** Whether a forge accepts the credentials; undefined if it gives no definite answer. */
export async function checkCredentials({
  probeUrl,
  headers,
  deadline,
}: Pick<Question, 'probeUrl' | 'headers' | 'deadline'>): Promise<boolean | undefined> {
  const giveUpAt = monotonicMs() + Math.min(TIMEOUT_MS, deadline.remainingMs());
  const answer = await readAnswer(probeUrl, headers, giveUpAt);
  if (answer?.status === 200) return true;
  return answer?.status === 401 || answer?.status === 403 ? false : undefined;
}

/** The address of OWNER/NAME below that of all repositories; undefined if the name is not of this form. */
export function addressOf(collectionUrl: string, repository: string): string | undefined {
  if (!OWNER_AND_NAME.test(repository) || !repository.isWellFormed()) return undefined;
  return `${collectionUrl}/${repository.split('/').map(encodeURIComponent).join('/')}`;
}

/** The address of one that has a single name; undefined if the name is not of this form. */
export function addressOfOwner(collectionUrl: string, owner: string): string | undefined {
  return isSegment(owner) ? `${collectionUrl}/${encodeURIComponent(owner)}` : undefined;
}

/** Whether a name can be a segment of an address, once it is encoded. */
export function isSegment(name: string): boolean {
  return SEGMENT.test(name) && name.isWellFormed();
}

/** An answer whose body is a JSON object; undefined if there is no such answer. */
async function readAnswer(
  url: string,
  headers: Question['headers'],
  giveUpAt: number,
): Promise<Answer | undefined> {
  const timeoutMs = giveUpAt - monotonicMs();
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
    const content: unknown = JSON.parse(body);
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
    return { status, isPrivate: isPrivate(content) };
  } catch {
    return undefined;
  }
}

/** `internal` repositories don't count as private: everybody of the forge sees them, without any rights in the owner. */
function isPrivate(repository: object): boolean | undefined {
  const claims = Object.entries(repository).filter(([key]) => VISIBILITY.has(key));
  if (claims.length === 0) return undefined;
  return claims.every(([, claim]) => claim === true || claim === 'private');
}
