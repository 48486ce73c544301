/** `npm run rehearse`: an end-to-end test of the packaged stage against an AWS emulator. See docs/testing.md. */
import { randomBytes } from 'node:crypto';
import { messageOf, runCommand } from '../../command-line/options.ts';
import { localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { FUNCTIONS } from '../../scripts/bundle.ts';
import { packageStage } from '../../scripts/package.ts';
import { awsEnvironment, EMULATOR_REGION, readLogs } from './aws.ts';
import { checkDeployment } from './check-deployment.ts';
import { type CleanUp, cleanUpWith, type Step, startSteps } from './deployment.ts';
import { findMiniStack, startMiniStack } from './ministack.ts';
import { checkRoles, deleteSecrets, storeSecrets } from './secrets.ts';
import { deleteStack, deployStack } from './stack.ts';

const STAGE = 'rehearsal';
const STACK = `swr-sync-cleanup-${STAGE}`;

/** Deploys the packaged stage to an AWS emulator, and checks it. */
async function rehearse(step: Step, cleanUp: CleanUp): Promise<void> {
  const openAwsEmulator = chooseAwsEmulator(cleanUp);

  const emulator = await step(
    'Huawei Cloud emulator',
    () => startEmulator({ seed: localSeed }),
    ({ url }) => url,
  );
  cleanUp(() => emulator.close());

  const { HUAWEICLOUD_CREDENTIALS: credentials, ...env } = emulator.env;
  await step(
    `stage ${STAGE} packaged`,
    () => packageStage({ stage: STAGE, region: EMULATOR_REGION, env }),
    (summary) => summary.join('; '),
  );

  const endpoint = await step('AWS emulator', openAwsEmulator, ({ origin }) => origin);
  // The clients of AWS read them from the environment.
  Object.assign(process.env, awsEnvironment(endpoint));

  const gitHubSecret = randomBytes(32).toString('hex');
  cleanUp(deleteSecrets);
  const secrets = await step('two secrets stored', () => storeSecrets(gitHubSecret, credentials));

  cleanUp(() => deleteStack(STACK));
  const outputs = await step(
    `stack ${STACK} deployed`,
    () => deployStack(STACK),
    ({ WebhookUrl = '' }) => WebhookUrl,
  );

  try {
    await step('each role reads its own secret, and no other', () => checkRoles(STACK, secrets));
    const environment = { ...awsEnvironment(endpoint), ...env };
    await checkDeployment({
      endpoint,
      environment,
      stackName: STACK,
      outputs,
      emulator,
      gitHubSecret,
      step,
      cleanUp,
    });
  } catch (error) {
    const logs = FUNCTIONS.map((name) => readLogs(`${STACK}-${name}`).catch((reason) => [messageOf(reason)]));
    console.error((await Promise.all(logs)).flat().join('\n'));
    throw error;
  }
}

/** An emulator that AWS_ENDPOINT_URL names is neither started nor stopped here. */
function chooseAwsEmulator(cleanUp: CleanUp): () => Promise<URL> {
  const running = process.env['AWS_ENDPOINT_URL'] ?? '';
  if (running !== '') return async () => new URL(running);
  const command = findMiniStack();
  return async () => {
    const miniStack = await startMiniStack(command);
    cleanUp(() => miniStack.stop());
    await miniStack.ready();
    return miniStack.url;
  };
}

/** Rejects on Ctrl-C or SIGTERM, so that everything that was started is stopped first. */
function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => reject(new Error(`The rehearsal was interrupted (${signal}).`)));
    }
  });
}

await runCommand(async () => {
  await using opened = new AsyncDisposableStack();
  await Promise.race([rehearse(startSteps(), cleanUpWith(opened)), interruption()]);
  console.log('The rehearsal went well.');
});
// After an interruption, steps that were under way may still wait for something.
process.exit();
