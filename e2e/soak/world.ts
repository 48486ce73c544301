import type { Cloud } from '../../local/huaweicloud/cloud.ts';
import type { Keys } from './sender.ts';
import type { Story } from './story.ts';

/** Opens nothing but the emulator. */
export const USER = { domain: 'soak-account', name: 'swr-sync-cleanup', password: 'only-for-the-emulator' };

/** Puts the repositories and tasks of all stories into a cloud. */
export function plantStories(cloud: Cloud, stories: readonly Story[]): void {
  for (const { repositories, tasks } of stories) {
    for (const { namespace, repository } of repositories) cloud.addRepository(namespace, repository);
    for (const { fate: _, ...task } of tasks) cloud.addTask({ ...task, syncAuto: task.hidden !== true });
  }
}

/** The variables that the configuration names. */
export function environmentOf(cloudUrl: string, keys: Keys): Record<string, string> {
  return {
    HUAWEICLOUD_IAM_ENDPOINT: cloudUrl,
    HUAWEICLOUD_SWR_ENDPOINT: cloudUrl,
    HUAWEICLOUD_CREDENTIALS: JSON.stringify({
      domain: USER.domain,
      user: USER.name,
      password: USER.password,
    }),
    GITHUB_WEBHOOK_SECRET: keys.github.toString(),
    STANDARD_WEBHOOKS_SECRET: `whsec_${keys.standardWebhooks.toString('base64')}`,
  };
}
