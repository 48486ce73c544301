import { createChecker, isSegment, PROJECT_PATH } from './check-forge.ts';

/** `url` is that of the site. The credentials are an access token with the scope `read_api`. */
export const gitlabApi = createChecker({
  // A project's number is no path, and would be that of another project.
  repositoryUrl: (url, project) =>
    PROJECT_PATH.test(project) ? addressOfPath(`${url}/api/v4/projects`, project) : undefined,
  organizationUrl: (url, group) => addressOfPath(`${url}/api/v4/groups`, group),
  probeUrl: (url) => `${url}/api/v4/user`,
  headers: (token) => ({ 'PRIVATE-TOKEN': token }),
});

/** Address of a path, which GitLab takes as one encoded segment. */
function addressOfPath(collectionUrl: string, path: string): string | undefined {
  return path.split('/').every(isSegment) ? `${collectionUrl}/${encodeURIComponent(path)}` : undefined;
}
