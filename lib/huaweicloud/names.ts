import { ServiceError } from '../failure.ts';

/** Target of a task: the region and organization that it copies to. */
export interface Target {
  readonly remoteRegionId: string;
  readonly remoteNamespace: string;
}

// A separator stands between letters or digits, alone; only the underscore may come twice.
const ORGANIZATION = /^[a-z](?:(?:[._-]|__)?[a-z0-9])*$/;
const REGION = /^[a-z0-9-]{1,64}$/;
const REPOSITORY = /^[a-z0-9](?:(?:[._/-]|__)?[a-z0-9])*$/;

const ORGANIZATION_LENGTH = 64;
const REPOSITORY_LENGTH = 128;
/** Longest part of an invalid name that is shown. */
const SHOWN_LENGTH = 150;

/** Code of the failure of a name that SWR can't have: nothing is ever called with it. */
export const INVALID_NAME = 'INVALID_NAME';

/**
 * Validates an organization's name: the reason why SWR can't have it; undefined if it can.
 * Source: SWR API reference, "Creating an Organization", parameter `namespace`.
 */
export function validateOrganization(name: string): string | undefined {
  if (name.length <= ORGANIZATION_LENGTH && ORGANIZATION.test(name)) return undefined;
  return (
    `"${showName(name)}" is not an SWR organization: 1 to ${ORGANIZATION_LENGTH} of a-z 0-9 . _ -, ` +
    'starting with a letter, ending with a letter or digit, separators apart'
  );
}

/**
 * Validates a repository's name: the reason why SWR can't have it; undefined if it can.
 * Source: SWR API reference, "Creating an Image Repository", parameter `repository`.
 */
export function validateRepository(name: string): string | undefined {
  if (name.length <= REPOSITORY_LENGTH && REPOSITORY.test(name)) return undefined;
  return (
    `"${showName(name)}" is not an SWR repository: 1 to ${REPOSITORY_LENGTH} of a-z 0-9 . _ - /, ` +
    'starting and ending with a letter or digit, separators apart'
  );
}

/** Validates a target: the reason why no task can copy to it; undefined if one can. */
export function validateTarget({ remoteRegionId, remoteNamespace }: Target): string | undefined {
  if (REGION.test(remoteRegionId)) return validateOrganization(remoteNamespace);
  return `"${showName(remoteRegionId)}" is not a region: 1 to 64 of a-z 0-9 -`;
}

/** `REGION/ORGANIZATION`: a target as routes and logs write it. */
export function nameOf({ remoteRegionId, remoteNamespace }: Target): string {
  return `${remoteRegionId}/${remoteNamespace}`;
}

/** The target of that name. */
export function targetOf(name: string): Target {
  const [remoteRegionId = '', remoteNamespace = ''] = name.split('/');
  return { remoteRegionId, remoteNamespace };
}

/** The start of an invalid name, with an escape in place of each character that is not printable ASCII. */
export function showName(name: string): string {
  return JSON.stringify(name.slice(0, SHOWN_LENGTH))
    .slice(1, -1)
    .replaceAll(/[^ -~]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .concat(name.length > SHOWN_LENGTH ? '…' : '');
}

/**
 * The path of a repository's synchronization tasks. SWR wants every `/` of the name as `$`, and takes it raw.
 *
 * @throws {ServiceError} `INVALID_NAME`, since with any other name it would be another path.
 */
export function syncRepoPath(namespace: string, repository: string): string {
  const message = validateOrganization(namespace) ?? validateRepository(repository);
  if (message !== undefined) throw new ServiceError({ code: INVALID_NAME, message, retryable: false });
  return `/v2/manage/namespaces/${namespace}/repos/${repository.replaceAll('/', '$')}/sync_repo`;
}
