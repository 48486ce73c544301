import { createHash } from 'node:crypto';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Finding, FoundTask, Sweep } from './ledger.ts';

/** As the source of a request for which nobody has to be asked once more. */
const SWEEP = 'sweep';
const ID_LENGTH = 16;

/**
 * The cleanup requests for a finding: one for the tasks that go for their targets' sake, and one for each source repository that
 * a route leads from. All that lead to the image have to say once more that they are gone. They are the same every time.
 */
export function requestsOf(
  { account, namespace, repository, tasks }: Finding,
  sweep: Sweep,
): CleanupRequest[] {
  const groups = Map.groupBy(tasks, ({ source }) =>
    source === undefined ? SWEEP : `${source.name}:${source.repository}`,
  );
  return [...groups].flatMap(([name, group]) => {
    const source = group[0]?.source;
    const subject = `${account}/${namespace}/${repository} ${name}`;
    const digest = createHash('sha256').update(subject).digest('hex').slice(0, ID_LENGTH);
    return {
      version: 1,
      id: `sweep-${sweep.id}-${digest}`,
      source: source?.name ?? SWEEP,
      occurredAt: sweep.startedAt,
      account,
      namespace,
      repository,
      ...(source !== undefined && { sourceRepository: source.repository, checkAllSources: true as const }),
      targets: group.map(({ target }: FoundTask) => target),
    };
  });
}
