import { addressOf, addressOfOwner, createChecker } from './check-forge.ts';

/**
 * `url` is `https://api.github.com`, or that of an Enterprise Server with its `/api/v3`. The credentials are a
 * personal access token: `/user` knows nothing of an app's installation token, which wouldn't last an hour anyway.
 */
export const githubApi = createChecker({
  repositoryUrl: (url, repository) => addressOf(`${url}/repos`, repository),
  organizationUrl: (url, organization) => addressOfOwner(`${url}/orgs`, organization),
  probeUrl: (url) => `${url}/user`,
  headers: (token) => ({
    Authorization: `Bearer ${token}`,
    Accept: 'application/vnd.github+json',
    'X-GitHub-Api-Version': '2022-11-28',
  }),
});
