import type { Deadline } from '../deadline.ts';
import { exchange } from '../http/exchange.ts';
import { monotonicMs } from '../monotonic.ts';
import { OWNER_AND_NAME } from './deleted-repository.ts';
import type { Existence } from './source.ts';

/** For both calls together. */
const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;

export interface Question {
  /** The address of the repository; undefined if its name can't have one. */
  readonly url: string | undefined;
  /** An address that answers 200 to nobody but the owner of good credentials. */
  readonly probeUrl: string;
  /** The credentials are among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly deadline: Deadline;
}

/**
 * Asks a forge over its API whether it still has a repository.
 *
 * Only a 404 with a JSON body counts as `gone`: a page in HTML comes from a proxy, or from an address that is no API.
 * Forges also answer 404 to credentials that are wrong or expired, so as not to tell what there is. Before a 404 is
 * believed, a second call therefore has to prove that the API is there and accepts the credentials. It can't prove that
 * they may see this repository: they have to be those of somebody who may see every repository that routes name.
 *
 * Whatever goes wrong is `unknown`; nothing is thrown, so no message can show the credentials.
 */
export async function askForge({ url, probeUrl, headers, deadline }: Question): Promise<Existence> {
  if (url === undefined) return 'unknown';
  const giveUpAt = monotonicMs() + Math.min(TIMEOUT_MS, deadline.remainingMs());
  const status = await readStatus(url, headers, giveUpAt);
  if (status === 200) return 'exists';
  if (status !== 404) return 'unknown';
  return (await readStatus(probeUrl, headers, giveUpAt)) === 200 ? 'gone' : 'unknown';
}

/** The address of OWNER/NAME below that of all repositories; undefined if the name is not of this form. */
export function addressOf(collectionUrl: string, repository: string): string | undefined {
  if (!OWNER_AND_NAME.test(repository)) return undefined;
  return `${collectionUrl}/${repository.split('/').map(encodeURIComponent).join('/')}`;
}

/** The status of an answer whose body is a JSON object; undefined if there is no such answer. */
async function readStatus(
  url: string,
  headers: Question['headers'],
  giveUpAt: number,
): Promise<number | undefined> {
  const timeoutMs = giveUpAt - monotonicMs();
  if (timeoutMs <= 0) return undefined;
  try {
    const { status, body } = await exchange({
      method: 'GET',
      url: new URL(url),
      // GitHub answers 403 to a caller without a name.
      headers: { 'User-Agent': 'swr-sync-cleanup', Accept: 'application/json', ...headers },
      timeoutMs,
      maxBodyBytes: MAX_BODY_BYTES,
    });
    const content: unknown = JSON.parse(body);
    return typeof content === 'object' && content !== null ? status : undefined;
  } catch {
    return undefined;
  }
}
