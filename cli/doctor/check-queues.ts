import { DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { findQueueUrl } from '../resources.ts';
import type { Stage } from '../stage.ts';
import { count } from '../table.ts';
import { type Check, check } from './check.ts';
import { explainAws } from './explain-aws.ts';

/** The three queues: whether they are there, and how full. */
export function checkQueues(stage: Stage): Promise<Check>[] {
  const look = (name: string, role: Parameters<typeof findQueueUrl>[1]) =>
    check(
      name,
      async () => {
        const { waiting, taken } = await new DeadLetterQueue(await findQueueUrl(stage, role)).depth();
        const message = `${count(waiting, 'message')} waiting, ${taken} under way`;
        if (role !== 'deadLetterQueue' || waiting + taken === 0) return { message };
        const hint = `See why each is there: swr-sync failed list --stage ${stage.name}`;
        return { state: 'warning', message, hint };
      },
      (error) => explainAws(error, stage.name, 'sqs:GetQueueUrl and sqs:GetQueueAttributes'),
    );
  return [
    look('cleanup queue', 'cleanupQueue'),
    look('dead-letter queue', 'deadLetterQueue'),
    look('sweep queue', 'sweepQueue'),
  ];
}
