import type { Rules } from '../measured-log.ts';

/** Metrics of every function: each reads secrets. */
export const secretRules: Rules = {
  unusable: ({ of }) => [['SecretsUnusable', 1, of]],
};
