import type { Config } from '../config/config.ts';
import { resolveEndpoint } from '../config/endpoint.ts';
import type { Deadline } from '../deadline.ts';
import { ServiceError } from '../failure.ts';
import { type ReadSecret, StoredSecret } from '../stored-secret.ts';
import { ECR } from './built-in.ts';
import { findEcrRepository } from './find-ecr-repository.ts';
import { sources } from './index.ts';
import type { Existence, NoteEvidence, Source, SourceApi } from './source.ts';

/** Asks a source of the configuration whether it still has a repository or an organization. */
export type AskSource = (
  source: string,
  name: string,
  deadline: Deadline,
  kind?: 'repository' | 'organization',
  note?: NoteEvidence,
) => Promise<Existence>;

/**
 * Makes the question for the sources of a configuration that can be asked.
 *
 * The question throws a `ServiceError`: `SOURCE_NOT_ASKABLE` where the configuration names no API for the source, or the
 * source has no such question, and what reading the credentials throws.
 */
export function createAskSource(config: Config, read: ReadSecret): AskSource {
  const askable = new Map(
    Object.entries(config.sources).flatMap(([name, { type, api }]) => {
      const source: Source = sources[type];
      if (api === undefined || source.findRepository === undefined) return [];
      return [[name, { source, type, readApi: createReadApi(api, read) }] as const];
    }),
  );
  return async (name, asked, deadline, kind = 'repository', note) => {
    if (name === ECR && kind === 'repository') return findEcrRepository(asked, deadline);
    const found = askable.get(name);
    if (found?.source.findRepository === undefined) {
      const message = `the request wants source ${name} to be asked, and no sources.${name}.api is configured`;
      throw new ServiceError({ code: 'SOURCE_NOT_ASKABLE', message, retryable: false });
    }
    const { source, type, readApi } = found;
    if (kind === 'repository') return found.source.findRepository(await readApi(), asked, deadline, note);
    if (source.findOrganization === undefined) {
      const message = `the request wants source ${name} to be asked about an organization, and ${type} can be asked about repositories only: clean its repositories one by one`;
      throw new ServiceError({ code: 'SOURCE_NOT_ASKABLE', message, retryable: false });
    }
    return source.findOrganization(await readApi(), asked, deadline);
  };
}

type ApiConfig = NonNullable<Config['sources'][string]['api']>;

/** Reads how a source is asked, with the credentials as they are stored now. */
export function createReadApi(
  { url, credentials, canary = [] }: ApiConfig,
  read: ReadSecret,
): () => Promise<SourceApi> {
  const secret = new StoredSecret(credentials, read, (text) => text.replace(/\r?\n$/, ''));
  const place = { url: resolveEndpoint(url), canaries: [canary].flat() };
  return async () => ({ ...place, credentials: await secret.get() });
}
