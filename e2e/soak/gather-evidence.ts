import type { Safety } from '../../lib/cleanup/decide.ts';
import { History } from '../../lib/ledger/history.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import type { SoakStack } from './stack.ts';
import type { PlannedTask, Story } from './story.ts';
import type { Evidence } from './verdict/evidence.ts';
import { readLetter } from './verdict/letter.ts';
import type { Written } from './written.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Scene {
  readonly stories: readonly Story[];
  /** Tasks that were created on the way. */
  readonly created: readonly PlannedTask[];
  readonly emulator: Emulator;
  readonly stack: Pick<SoakStack, 'ledger' | 'queues'>;
  readonly written: Written;
  readonly safety: Safety;
}

export async function gatherEvidence({
  stories,
  created,
  emulator,
  stack,
  written,
  safety,
}: Scene): Promise<Evidence> {
  const { endpoint, table } = stack.ledger;
  // The client of the ledger takes them from the environment, as everywhere.
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  });
  const now = Date.now();
  const period = { from: new Date(now - DAY_MS).toISOString(), to: new Date(now + DAY_MS).toISOString() };
  return {
    tasks: [...stories.flatMap(({ tasks }) => tasks), ...created],
    deliveries: stories.flatMap(({ deliveries }) => deliveries),
    left: emulator.cloud.tasks(),
    removals: emulator.cloud.removals(),
    entries: await Array.fromAsync(new History(table).ofPeriod(period)),
    writtenAt: written.at,
    letters: stack.queues.deadLetters().map(({ body, attributes }) => readLetter(body, attributes)),
    maxTasksPerRequest: safety.maxTasksPerRequest,
  };
}
