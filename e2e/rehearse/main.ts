/** `npm run rehearse`: an end-to-end test of the packaged stage against an AWS emulator. See docs/testing.md. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, runCommand } from '../../command-line/options.ts';
import { localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { FUNCTIONS } from '../../scripts/bundle.ts';
import { readPause } from '../../scripts/keep-pause.ts';
import { runOsls } from '../../scripts/osls.ts';
import { packageStage } from '../../scripts/package.ts';
import { awsEnvironment, EMULATOR_REGION } from './aws.ts';
import { checkDeployment } from './check-deployment.ts';
import { checkRedeployment } from './check-redeployment.ts';
import { type CleanUp, cleanUpWith, type Step, startSteps } from './deployment.ts';
import { findMiniStack, startMiniStack } from './ministack.ts';
import { checkRoles, deleteSecrets, storeSecrets } from './secrets.ts';
import { deleteKept, deployStack, failFirstDeployment, removeStack, STAGE, savePackage } from './stack.ts';

/** Deploys the packaged stage to an AWS emulator, and checks it. */
async function rehearse(step: Step, cleanUp: CleanUp): Promise<void> {
  const openAwsEmulator = chooseAwsEmulator(cleanUp);

  const emulator = await step('Huawei Cloud emulator', () => startEmulator({ seed: localSeed }));
  cleanUp(() => emulator.close());

  const { HUAWEICLOUD_CREDENTIALS: credentials, ...env } = emulator.env;
  const stage = { stage: STAGE, region: EMULATOR_REGION, env };
  await step(`stage ${STAGE} packaged`, async () => (await packageStage(stage)).join('; '));
  const endpoint = await step('AWS emulator', openAwsEmulator);
  // The clients of AWS read all of it from the environment, and a profile or a session of this machine would count more.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, awsEnvironment(endpoint));

  const gitHubSecret = randomBytes(32).toString('hex');
  cleanUp(deleteSecrets);
  const secrets = await step('two secrets stored', () => storeSecrets(gitHubSecret, credentials));

  const folder = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-packages-'));
  cleanUp(() => rm(folder, { recursive: true }));
  const packaged = { ...stage, copy: join(folder, 'enabled') };
  await savePackage(packaged);
  cleanUp(deleteKept);
  cleanUp(() => removeStack(stage));
  await step('first deployment failed, and nothing left behind', () => failFirstDeployment(packaged));
  const outputs = await step('stack deployed', () => deployStack(packaged));
  const environment = { ...awsEnvironment(endpoint), ...env };
  const redeploy = async () => {
    const pause = await readPause(STAGE);
    await packageStage({ ...stage, env: { ...env, ...pause.env } });
    const paused = { ...stage, copy: join(folder, 'paused') };
    await savePackage(paused);
    await deployStack(paused);
  };
  const deployment = { endpoint, environment, outputs, emulator, gitHubSecret, redeploy, step, cleanUp };

  try {
    await step('each role reads its own secret, and no other', () => checkRoles(secrets));
    await checkDeployment(deployment);
    await checkRedeployment(deployment, packaged);
  } catch (error) {
    for (const name of FUNCTIONS) {
      console.error(`--- ${name}`);
      const logs = runOsls(['logs', '--function', name], { ...stage, verbose: true });
      // A function that hasn't run has no logs.
      await logs.catch((reason: unknown) => console.error(messageOf(reason)));
    }
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
      process.on(signal, () => reject(new Error(`The end-to-end test was interrupted (${signal}).`)));
    }
  });
}

await runCommand(async () => {
  await using opened = new AsyncDisposableStack();
  await Promise.race([rehearse(startSteps(), cleanUpWith(opened)), interruption()]);
  console.log('The end-to-end test passed.');
});
// After an interruption, steps that were under way may still wait for something.
process.exit();
