import type { Existence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import type { HttpResponse } from '../http/http-request.ts';
import { basicOf, getFrom, isFound, isRegistryName, parseRegistryErrors } from './registry.ts';
import type { ExistenceChecker, SourceApi } from './source.ts';

export const harborApi = { findRepository } satisfies ExistenceChecker;

/**
 * Checks whether Harbor still has a repository, as a user or a robot who may read its project.
 *
 * @param repository `project/name`, where the name may have slashes too.
 */
async function findRepository(
  { url, credentials }: SourceApi,
  repository: string,
  deadline: Deadline,
): Promise<Existence> {
  const slash = repository.indexOf('/');
  if (slash < 0 || !isRegistryName(repository)) return 'unknown';
  const [project, name] = [repository.slice(0, slash), repository.slice(slash + 1)];
  const authorization = basicOf(credentials);
  // Harbor decodes the name twice, and wants it so.
  const path = `/api/v2.0/projects/${project}/repositories/${encodeURIComponent(encodeURIComponent(name))}`;
  const answer = await getFrom(new URL(`${url}${path}`), authorization, deadline);
  if (answer === undefined) return 'unknown';
  if (isFound(answer)) return 'exists';
  if (!isMissing(answer, repository)) return 'unknown';
  const user = await getFrom(new URL(`${url}/api/v2.0/users/current`), authorization, deadline);
  return user !== undefined && isKnown(user) ? 'gone' : 'unknown';
}

/**
 * Says whether an answer means that the repository is missing. Harbor answers with the same status and code if a proxy has
 * decoded the path: only the message names the repository.
 */
function isMissing(answer: HttpResponse, repository: string): boolean {
  return (
    answer.status === 404 &&
    parseRegistryErrors(answer).some(
      ({ code, message }) => code === 'NOT_FOUND' && message === `repository ${repository} not found`,
    )
  );
}

/** Says whether Harbor accepts the caller. It hides robots, but says so only after it has accepted the robot's secret. */
function isKnown(answer: HttpResponse): boolean {
  if (isFound(answer)) return true;
  return answer.status === 412 && parseRegistryErrors(answer).some(({ code }) => code === 'PRECONDITION');
}
