// A separator stands between letters or digits, alone; only the underscore may come twice.
const ORGANIZATION = /^[a-z](?:(?:[._-]|__)?[a-z0-9])*$/;
const REPOSITORY = /^[a-z0-9](?:(?:[._/-]|__)?[a-z0-9])*$/;

const ORGANIZATION_LENGTH = 64;
const REPOSITORY_LENGTH = 128;

/**
 * Says why SWR can't have an organization of this name; undefined where it can.
 * Source: SWR API reference, "Creating an Organization", parameter `namespace`.
 */
export function faultOfOrganization(name: string): string | undefined {
  if (name.length <= ORGANIZATION_LENGTH && ORGANIZATION.test(name)) return undefined;
  return (
    `${JSON.stringify(name)} is not an SWR organization: 1 to ${ORGANIZATION_LENGTH} of a-z 0-9 . _ -, ` +
    'starting with a letter, ending with a letter or digit, separators apart'
  );
}

/**
 * Says why SWR can't have a repository of this name; undefined where it can.
 * Source: SWR API reference, "Creating an Image Repository", parameter `repository`.
 */
export function faultOfRepository(name: string): string | undefined {
  if (name.length <= REPOSITORY_LENGTH && REPOSITORY.test(name)) return undefined;
  return (
    `${JSON.stringify(name)} is not an SWR repository: 1 to ${REPOSITORY_LENGTH} of a-z 0-9 . _ - /, ` +
    'starting and ending with a letter or digit, separators apart'
  );
}

/** The path of a repository's synchronization tasks. SWR wants every `/` of the name as `$`, and takes it raw. */
export function syncRepoPath(namespace: string, repository: string): string {
  return `/v2/manage/namespaces/${namespace}/repos/${repository.replaceAll('/', '$')}/sync_repo`;
}
