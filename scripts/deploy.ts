/** `npm run deploy` and `npm run remove`: see docs/deployment.md. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareAws } from '../command-line/aws-access.ts';
import { messageOf, ROOT, readStageOptions, runCommand, UsageError } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import { build } from './build.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { readPause } from './keep-pause.ts';
import { adoptResources, keptResources, protectTables } from './kept-resources.ts';
import { describeNextSteps } from './next-steps.ts';
import { type OslsOptions, PACKAGE_DIR, runOsls } from './osls.ts';
import { packageStage, TEMPLATE_FILE } from './package.ts';
import { parseTemplate, Stack, wasNeverCreated } from './stack.ts';
import { describeStatefulChanges } from './stateful-changes.ts';

const DEPLOYED = /^(?:CREATE|UPDATE)_COMPLETE$/;
/** States in which CloudFormation accepts an update. */
const UPDATABLE = /^(?:CREATE|UPDATE|IMPORT)(?:_ROLLBACK)?_COMPLETE$/;

type ChangeOptions = OslsOptions & {
  readonly region: string;
  /** Changes what loses something without a question. */
  readonly yes: boolean;
};

/** Parts of a change that a test replaces. */
interface Tools extends Omit<ConfirmOptions, 'yes'> {
  readonly osls?: typeof runOsls;
  readonly templateFile?: string;
  readonly pollMs?: number;
}

/** Deploys what was packaged, and waits for the result, whatever it is. */
export async function deployPackage(
  { yes, ...options }: ChangeOptions,
  { osls = runOsls, templateFile = TEMPLATE_FILE, pollMs, input, output = process.stderr }: Tools = {},
): Promise<Stack> {
  const { stage, region } = options;
  const stack = new Stack(stage, pollMs);
  const before = await openStack(stack, options);
  const packaged = parseTemplate(await readFile(templateFile, 'utf8'));
  const deployed = before === undefined ? undefined : await stack.template();

  const changes = deployed === undefined ? [] : describeStatefulChanges(deployed, packaged);
  if (changes.length > 0)
    await confirm([`Deploying ${stage} in ${region}`, ...changes].join('\n  '), stage, {
      yes,
      input,
      output,
    });
  const adopted = await adoptResources(stack, packaged, deployed);
  if (adopted.length > 0) output.write(`Adopted what was there already: ${adopted.join(', ')}\n`);

  const since = await stack.newestEvent();
  // osls finds nothing new in a package whose deployment was rolled back.
  const force = before === undefined || DEPLOYED.test(before) ? [] : ['--force'];
  const failed = await osls(['deploy', '--package', PACKAGE_DIR, ...force], options).then(
    () => false,
    (error: unknown) => {
      // It ends with the first failure, while CloudFormation still rolls back.
      output.write(`${messageOf(error)}\nWaiting for the final state of ${stack.name}\n`);
      return true;
    },
  );
  const after = await stack.settle();
  if (failed || after === undefined || !DEPLOYED.test(after))
    throw new Error(await describeFailure('Not deployed', stack, region, since));
  await protectTables(packaged);
  return stack;
}

/** Removes a stage, apart from what its template retains. */
export async function removeStage({ yes, ...options }: ChangeOptions): Promise<void> {
  const { stage, region } = options;
  const stack = new Stack(stage);
  const status = await stack.settle();
  if (status === undefined)
    throw new Error(`There is no stack ${stack.name} in ${region}: nothing to remove.`);
  const kept = wasNeverCreated(status) ? [] : keptResources(await stack.template());
  const stays = ['the secrets', ...kept.map(({ name }) => name)].join(', ');
  const what = [
    `Removing ${stage} in ${region}`,
    'deleted: the functions, the webhook address, the alarms, the queues and all messages in them',
    `kept: ${stays}`,
  ];
  await confirm(what.join('\n  '), stage, { yes });
  // serverless.yml reads the permissions that follow from the configuration, even to take a stage down.
  await build({ stage });
  const since = await stack.newestEvent();
  await runOsls(['remove'], options).catch((error: unknown) => console.error(messageOf(error)));
  if ((await stack.settle()) !== undefined)
    throw new Error(await describeFailure('Not removed', stack, region, since));
  console.log(`Removed ${stage}. Kept: ${stays}. The next deployment of the stage adopts what was kept.`);
}

/** Waits until a stack can be updated. @returns its state; undefined if there is none. */
async function openStack(
  stack: Stack,
  { stage, region }: { readonly stage: string; readonly region: string },
): Promise<string | undefined> {
  const status = await stack.settle();
  if (status !== undefined && wasNeverCreated(status)) {
    await stack.delete();
    return undefined;
  }
  if (status === undefined || UPDATABLE.test(status)) return status;
  const next =
    status === 'UPDATE_ROLLBACK_FAILED'
      ? `aws cloudformation continue-update-rollback --stack-name ${stack.name} --region ${region}`
      : `npm run remove -- --stage ${stage} --region ${region}`;
  throw new Error(`Stack ${stack.name} is ${status}, and can't be updated. Run this first:\n  ${next}`);
}

async function describeFailure(
  what: string,
  stack: Stack,
  region: string,
  since: string | undefined,
): Promise<string> {
  const status = await stack.settle();
  const state = status === undefined ? `there is no stack ${stack.name}` : `stack ${stack.name} is ${status}`;
  const causes = await stack.explainFailure(since);
  return [`${what}: ${state} in ${region}.`, ...causes].join('\n  ');
}

async function readOptions(args: string[]): Promise<ChangeOptions> {
  const options = readStageOptions(args.filter((arg) => arg !== '--yes'));
  const { region } = await prepareAws(options);
  return { stage: options.stage, region, yes: args.includes('--yes'), verbose: true };
}

if (import.meta.main) {
  await runCommand(async () => {
    const [action, ...args] = process.argv.slice(2);
    if (action === 'remove') return removeStage(await readOptions(args));
    if (action !== 'deploy')
      throw new UsageError(
        'Usage: node scripts/deploy.ts deploy|remove --stage NAME [--region REGION] [--profile NAME] [--yes]',
      );
    const options = await readOptions(args);
    const { stage, region } = options;
    const { env, afterFailure } = await readPause(stage);
    const summary = await packageStage({ ...options, env });
    console.log([`Packaged ${stage}`, ...summary].join('\n  '));
    // The package that was checked, not a second one.
    const stack = await deployPackage(options).catch(afterFailure);
    const config = await readConfig(stage, join(ROOT, 'config', `${stage}.yml`));
    console.log(describeNextSteps(config, { stage, region, outputs: await stack.outputs() }));
  });
}
