import { UsageError } from '../command-line/options.ts';
import { parseTarget } from '../lib/config/validate-routes.ts';
import { type Target, validateOrganization, validateRepository } from '../lib/huaweicloud/names.ts';

/** An organization of SWR, or one of its repositories. */
export interface ImageName {
  readonly namespace: string;
  readonly repository?: string;
}

/**
 * Reads `NAMESPACE` or `NAMESPACE/REPOSITORY`.
 *
 * @throws {UsageError} if SWR can have nothing of this name.
 */
export function parseImageName(text: string): ImageName {
  const slash = text.indexOf('/');
  const namespace = slash === -1 ? text : text.slice(0, slash);
  const repository = slash === -1 ? undefined : text.slice(slash + 1);
  const issue =
    validateOrganization(namespace) ??
    (repository === undefined ? undefined : validateRepository(repository));
  if (issue !== undefined) throw new UsageError(`${issue}. Expected NAMESPACE or NAMESPACE/REPOSITORY.`);
  return { namespace, ...(repository !== undefined && { repository }) };
}

export function formatImageName({ namespace, repository }: ImageName): string {
  return repository === undefined ? namespace : `${namespace}/${repository}`;
}

/** @throws {UsageError} if it is no `REGION/ORGANIZATION`. */
export function parseTargetName(text: string): Target {
  const target = parseTarget(text);
  if (target === undefined)
    throw new UsageError(`${text} is no target: expected REGION/ORGANIZATION, such as cn-east-3/acme-dr.`);
  return target;
}
