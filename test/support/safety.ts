import type { Safety } from '../../lib/cleanup/decide.ts';

/** Everything may be deleted. */
export function safety(differences: Partial<Safety> = {}): Safety {
  return { mode: 'apply', deny: [], maxTasksPerRequest: 1000, ...differences };
}
