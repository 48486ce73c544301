import type { Existence, NoteEvidence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import { checkCredentials, checkForge } from './find-repository.ts';
import type { ExistenceChecker, SourceApi } from './source.ts';

/** How a forge is called. Names that can't have an address have none. */
interface ForgeApi {
  readonly repositoryUrl: (url: string, repository: string) => string | undefined;
  readonly organizationUrl: (url: string, organization: string) => string | undefined;
  /** An address that answers 200 to nobody but the owner of good credentials. */
  readonly probeUrl: (url: string) => string;
  readonly headers: (token: string) => Readonly<Record<string, string>>;
}

/** Questions to a forge, which answers 404 alike for what is gone and for what the credentials may not see. */
export function createChecker({
  repositoryUrl,
  organizationUrl,
  probeUrl,
  headers,
}: ForgeApi): Required<ExistenceChecker> {
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

    async findRepository(
      api: SourceApi,
      repository: string,
      deadline: Deadline,
      note?: NoteEvidence,
    ): Promise<Existence> {
      const owner = ownerOf(repository);
      if (owner === undefined) return 'unknown';
      const canary = canaryOf(api.canaries ?? [], owner);
      // Nothing proves that the canary itself is gone.
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

    findOrganization(api: SourceApi, organization: string, deadline: Deadline): Promise<Existence> {
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

    acceptsCredentials(api: SourceApi, deadline: Deadline): Promise<boolean | undefined> {
      return checkCredentials(callOf(api, deadline));
    },
  };
}

/** Whether an owner is this one, or a group within it. */
function isWithin(owner: string | undefined, group: string | undefined): boolean {
  return owner === group || (owner?.startsWith(`${group}/`) ?? false);
}
