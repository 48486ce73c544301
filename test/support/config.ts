import type { Config } from '../../lib/config/config.ts';
import { validateConfig } from '../../lib/config/validate-config.ts';
import { formatIssues } from '../../lib/issues.ts';

const accounts = { main: { region: 'cn-north-4', credentials: 'env:HUAWEICLOUD_CREDENTIALS' } };
const sources = { github: { type: 'github', secret: 'env:GITHUB_WEBHOOK_SECRET' } };

/** Routes that may lead several source repositories to one image. */
export function firstCounts(routes: readonly object[]) {
  return routes.map((route) => ({ ...route, firstDeletionCounts: true as const }));
}

/** A small configuration that is right, with other sections where a test says so. */
export function configOf(sections: Readonly<Record<string, unknown>> = {}): Config {
  const result = validateConfig('test', { accounts, sources, ...sections });
  if (!result.ok) throw new Error(formatIssues(result.issues));
  return result.value;
}
