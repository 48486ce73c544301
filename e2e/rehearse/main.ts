import { randomBytes } from 'node:crypto';
import { messageOf, runCommand } from '../../command-line/options.ts';
import { localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { packageStage } from '../../scripts/package.ts';
import { createAwsClient, REGION } from './aws-client.ts';
import { Cleanups } from './cleanups.ts';
import { readFunctionLogs } from './function-logs.ts';
import { findMiniStack, startMiniStack } from './ministack.ts';
import { playScenario } from './scenario.ts';
import { checkRoles, deleteSecrets, storeSecrets } from './secrets.ts';
import { deleteStack, deployStack } from './stack.ts';
import { type Story, startStory } from './story.ts';

const STAGE = 'rehearsal';
const STACK = `swr-sync-cleanup-${STAGE}`;

/** Deploys the packaged stage to an AWS emulator, sends one of everything through it, and checks what became of it. */
async function rehearse(story: Story, cleanups: Cleanups): Promise<void> {
  const openAwsEmulator = chooseAwsEmulator(cleanups);

  const emulator = await story(
    'Huawei Cloud emulator',
    () => startEmulator({ seed: localSeed }),
    ({ url }) => url,
  );
  cleanups.add(() => emulator.close());

  const env = { HUAWEICLOUD_IAM_ENDPOINT: emulator.url, HUAWEICLOUD_SWR_ENDPOINT: emulator.url };
  await story(
    `stage ${STAGE} packaged`,
    () => packageStage({ stage: STAGE, region: REGION, env }),
    (summary) => summary.join('; '),
  );

  const aws = createAwsClient(await story('AWS emulator', openAwsEmulator, ({ origin }) => origin));

  const gitHubSecret = randomBytes(32).toString('hex');
  cleanups.add(() => deleteSecrets(aws));
  const secrets = await story('two secrets stored', () => storeSecrets(aws, gitHubSecret));

  cleanups.add(() => deleteStack(aws, STACK));
  const outputs = await story(
    `stack ${STACK} deployed`,
    () => deployStack(aws, STACK),
    ({ WebhookUrl = '' }) => WebhookUrl,
  );

  try {
    await story('each role reads its own secret, and no other', () => checkRoles(aws, STACK, secrets));
    await playScenario(story, { aws, stackName: STACK, outputs, emulator, gitHubSecret, cleanups });
  } catch (error) {
    console.error(await readFunctionLogs(aws, STACK).catch(messageOf));
    throw error;
  }
}

/** One that runs already, where AWS_ENDPOINT_URL says so: then it is neither started nor stopped here. */
function chooseAwsEmulator(cleanups: Cleanups): () => Promise<URL> {
  const running = process.env['AWS_ENDPOINT_URL'] ?? '';
  if (running !== '') return async () => new URL(running);
  const command = findMiniStack();
  return async () => {
    const miniStack = await startMiniStack(command);
    cleanups.add(() => miniStack.stop());
    await miniStack.ready();
    return miniStack.url;
  };
}

/** Rejects when somebody presses Ctrl-C or ends this process, so that what it started is stopped first. */
function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => reject(new Error(`The rehearsal was interrupted (${signal}).`)));
    }
  });
}

await runCommand(async () => {
  const cleanups = new Cleanups();
  try {
    await Promise.race([rehearse(startStory(), cleanups), interruption()]);
    console.log('The rehearsal went well.');
  } finally {
    await cleanups.run();
  }
});
// After an interruption, steps that were under way may still wait for something.
process.exit();
