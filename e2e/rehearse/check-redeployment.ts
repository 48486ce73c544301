import assert from 'node:assert/strict';
import * as v from 'valibot';
import { signSample } from '../../cli/send/senders.ts';
import { type Deployment, ORGANIZATION, postWebhook, runSwrSync } from './deployment.ts';
import { deployStack, isLedgerProtected, type PackagedStage, removeStack } from './stack.ts';

const historySchema = v.object({ entries: v.array(v.unknown()) });

/** Removes the stage and deploys it again on the ledger that was kept. */
export async function checkRedeployment(deployment: Deployment, options: PackagedStage): Promise<void> {
  const { step, gitHubSecret } = deployment;
  const readHistory = async () =>
    v.parse(historySchema, await runSwrSync(deployment, ['history', ORGANIZATION])).entries;

  await step('ledger protected from deletion', isProtected);
  const before = await readHistory();
  await step('unchanged package deployed once more', () => deployStack(options));
  await step('ledger still protected', isProtected);
  await step('stack removed', () => removeStack(options));
  await step('ledger kept, and still protected', isProtected);
  const outputs = await step('stack deployed again', () => deployStack(options));
  await step('history of the removed stage there', async () => {
    assert.deepEqual(await readHistory(), before);
    return `${before.length} entries`;
  });
  const ping = signSample('github', { event: 'ping', repository: `${ORGANIZATION}/web` }, gitHubSecret);
  await step('signed webhook', () => postWebhook({ ...deployment, outputs }, ping, 200));
}

async function isProtected(): Promise<void> {
  assert.ok(await isLedgerProtected(), 'the ledger is not protected');
}
