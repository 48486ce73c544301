import type { CheckExistence } from '../cleanup/confirm-gone.ts';
import { reportEndpoint, resolveEndpoint } from '../endpoint.ts';
import { type Failure, ServiceError } from '../failure.ts';
import type { Log } from '../log.ts';
import { type ReadSecret, type SecretOwner, StoredSecret } from '../stored-secret.ts';
import { findEcrRepository } from './check-ecr.ts';
import { existenceCheckers, type SourceConfig } from './index.ts';
import { ECR, type SourceApi } from './source.ts';

/**
 * Creates the existence check for the sources of a configuration that have an API.
 *
 * The check throws a `ServiceError`: `SOURCE_API_MISSING` if the configuration has no API for the source, or the source
 * supports no such check; `ENDPOINT_UNUSABLE` if its address is invalid; and every error of reading the credentials.
 */
export function createCheckExistence(
  config: { readonly sources: Readonly<Record<string, SourceConfig>> },
  read: ReadSecret,
  log?: Log,
): CheckExistence {
  const checkers = new Map(
    Object.entries(config.sources).flatMap(([name, { type, api }]) => {
      const source = existenceCheckers[type];
      if (api === undefined || source === undefined) return [];
      return [[name, { source, type, readApi: createReadApi(api, read, ownerOf(name, log)) }] as const];
    }),
  );
  return async (name, subject, deadline, kind = 'repository', note) => {
    if (name === ECR && kind === 'repository') return findEcrRepository(subject, deadline);
    const found = checkers.get(name);
    if (found === undefined) {
      const message = `the request requires a check of source ${name}: configure sources.${name}.api`;
      throw new ServiceError({ code: 'SOURCE_API_MISSING', message, retryable: false });
    }
    const { source, type, readApi } = found;
    if (kind === 'repository') return source.findRepository(await readApi(), subject, deadline, note);
    if (source.findOrganization === undefined) {
      const message = `the request requires a check of an organization of source ${name}, and ${type} supports repositories only: clean its repositories one by one`;
      throw new ServiceError({ code: 'SOURCE_API_MISSING', message, retryable: false });
    }
    return source.findOrganization(await readApi(), subject, deadline);
  };
}

/** Credentials of the APIs of all sources, to check them before they are needed. */
export function apiCredentials(
  sources: Readonly<Record<string, SourceConfig>>,
  read: ReadSecret,
  log: Log,
): StoredSecret<string>[] {
  return Object.entries(sources).flatMap(([name, { api }]) =>
    api === undefined ? [] : [storedCredentials(api, read, ownerOf(name, log))],
  );
}

function ownerOf(source: string, log: Log | undefined): SecretOwner {
  return { of: `the API of source ${source}`, ...(log && { log }) };
}

function storedCredentials(
  { credentials }: ApiConfig,
  read: ReadSecret,
  owner: SecretOwner,
): StoredSecret<string> {
  return new StoredSecret(credentials, read, (text) => text.replace(/\r?\n$/, ''), owner);
}

type ApiConfig = NonNullable<SourceConfig['api']>;

/**
 * Creates a function that reads the API of a source, with the credentials as they are stored now.
 *
 * An invalid address is logged at once, and thrown as `ENDPOINT_UNUSABLE` when it is needed.
 */
export function createReadApi(
  api: ApiConfig,
  read: ReadSecret,
  owner: SecretOwner,
): () => Promise<SourceApi> {
  const secret = storedCredentials(api, read, owner);
  const resolved = resolveUrl(api.url, owner);
  const canaries = [api.canary ?? []].flat();
  return async () => {
    if (typeof resolved !== 'string') throw new ServiceError(resolved);
    return { url: resolved, canaries, credentials: await secret.get() };
  };
}

function resolveUrl(endpoint: string, owner: SecretOwner): string | Failure {
  try {
    return resolveEndpoint(endpoint);
  } catch (error) {
    return reportEndpoint(error, owner);
  }
}
