import { expect, test } from '@jest/globals';
import { createLog } from '../../lib/log.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { inInvocation } from '../../lib/queue/lambda-function.ts';
import { lambdaContext } from '../support/lambda-context.ts';

const { awsRequestId } = lambdaContext();

function inOne(work: (event: string) => Promise<string>) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLog({}, write, 'info');
  const metrics = new Metrics({ stage: 'test', function: 'clean', write });
  const handler = inInvocation(metrics, async (event: string) => {
    metrics.add('Requests', 1);
    await Promise.resolve();
    log.info('worked');
    return await work(event);
  });
  return { handler, parsed: () => lines.map((line): unknown => JSON.parse(line)) };
}

test('every line of an invocation has its id, and what was measured is written before it ends', async () => {
  const { handler, parsed } = inOne((event) => Promise.resolve(`${event}, done`));
  await expect(handler('a webhook', lambdaContext())).resolves.toBe('a webhook, done');
  expect(parsed()).toMatchObject([
    { event: 'worked', awsRequestId },
    { event: 'metrics', awsRequestId, Requests: 1 },
  ]);
});

test('what was measured is written of an invocation that fails as well', async () => {
  const { handler, parsed } = inOne(() => Promise.reject(new Error('broken')));
  await expect(handler('a webhook', lambdaContext())).rejects.toThrow('broken');
  expect(parsed()).toMatchObject([{ event: 'worked' }, { event: 'metrics', Requests: 1 }]);
});
