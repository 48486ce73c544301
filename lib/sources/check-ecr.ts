import * as v from 'valibot';
import { callAws } from '../aws/call.ts';
import type { Existence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import { ServiceError } from '../failure.ts';
import { limitedArray } from '../limits.ts';

const TIMEOUT_MS = 5000;

const describedSchema = v.object({
  repositories: limitedArray(v.object({ repositoryName: v.string() }), 100, 'repositories'),
});

/** Checks whether Amazon ECR, in the function's own account and region, still has a repository. */
export async function findEcrRepository(repository: string, deadline: Deadline): Promise<Existence> {
  let answer: unknown;
  try {
    const input = { repositoryNames: [repository] };
    const timeoutMs = Math.min(TIMEOUT_MS, deadline.remainingMs());
    answer = await callAws({ service: 'ecr', action: 'DescribeRepositories', input, timeoutMs });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return error.failure.code === 'RepositoryNotFoundException' ? 'gone' : 'unknown';
  }
  const parsed = v.safeParse(describedSchema, answer);
  const found =
    parsed.success && parsed.output.repositories.some((each) => each.repositoryName === repository);
  return found ? 'exists' : 'unknown';
}
