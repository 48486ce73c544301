import { addressOf, addressOfOwner, createChecker } from './check-forge.ts';

/**
 * `url` is that of the site. The credentials are an access token that may read repositories, organizations and its own
 * user.
 */
export const giteaApi = createChecker({
  repositoryUrl: (url, repository) => addressOf(`${url}/api/v1/repos`, repository),
  organizationUrl: (url, organization) => addressOfOwner(`${url}/api/v1/orgs`, organization),
  probeUrl: (url) => `${url}/api/v1/user`,
  headers: (token) => ({ Authorization: `token ${token}` }),
});
