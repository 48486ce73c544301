import type { Config } from '../config/config.ts';
import { resolveEndpoint } from '../config/endpoint.ts';
import type { Deadline } from '../deadline.ts';
import { ServiceError } from '../failure.ts';
import { type ReadSecret, StoredSecret } from '../stored-secret.ts';
import { ECR } from './built-in.ts';
import { findEcrRepository } from './find-ecr-repository.ts';
import { sources } from './index.ts';
import type { Existence, Source } from './source.ts';

/** Asks a source of the configuration whether it still has a repository. */
export type AskSource = (source: string, repository: string, deadline: Deadline) => Promise<Existence>;

/**
 * Makes the question for the sources of a configuration that can be asked.
 *
 * The question throws a `ServiceError`: `SOURCE_NOT_ASKABLE` where the configuration names no API for the source, and
 * what reading the credentials throws.
 */
export function createAskSource(config: Config, read: ReadSecret): AskSource {
  const askable = new Map(
    Object.entries(config.sources).flatMap(([name, { type, api }]) => {
      const source: Source = sources[type];
      if (api === undefined || source.findRepository === undefined) return [];
      const credentials = new StoredSecret(api.credentials, read, (text) => text.replace(/\r?\n$/, ''));
      return [[name, { source, url: resolveEndpoint(api.url), credentials }] as const];
    }),
  );
  return async (name, repository, deadline) => {
    if (name === ECR) return findEcrRepository(repository, deadline);
    const found = askable.get(name);
    if (found?.source.findRepository === undefined) {
      const message = `the request wants source ${name} to be asked, and no sources.${name}.api is configured`;
      throw new ServiceError({ code: 'SOURCE_NOT_ASKABLE', message, retryable: false });
    }
    const api = { url: found.url, credentials: await found.credentials.get() };
    return found.source.findRepository(api, repository, deadline);
  };
}
