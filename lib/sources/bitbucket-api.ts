import { addressOf, addressOfOwner, createChecker } from './check-forge.ts';

/**
 * `url` is `https://api.bitbucket.org`. The credentials are an access token, with the scope `account` beside that of
 * reading repositories: `/2.0/user` needs it.
 */
export const bitbucketApi = createChecker({
  repositoryUrl: (url, repository) => addressOf(`${url}/2.0/repositories`, repository),
  organizationUrl: (url, workspace) => addressOfOwner(`${url}/2.0/workspaces`, workspace),
  probeUrl: (url) => `${url}/2.0/user`,
  headers: (token) => ({ Authorization: `Bearer ${token}` }),
});
