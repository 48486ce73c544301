import { join } from 'node:path';
import { prepareAws } from '../command-line/aws-access.ts';
import { ROOT, readStageOptions, runCommand, UsageError } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import { build } from './build.ts';
import { readPause } from './keep-pause.ts';
import { type OslsOptions, PACKAGE_DIR, runOsls } from './osls.ts';
import { packageStage } from './package.ts';

async function deploy(options: OslsOptions): Promise<void> {
  const { env, afterFailure } = await readPause(options.stage);
  const summary = await packageStage({ ...options, env });
  console.log([`Packaged ${options.stage}`, ...summary].join('\n  '));
  // The package that was checked, not a second one.
  await runOsls(['deploy', '--package', PACKAGE_DIR], { ...options, verbose: true }).catch(afterFailure);
  await runOsls(['info', '--verbose'], { ...options, verbose: true });
  console.log(await nextSteps(options.stage));
}

async function remove(options: OslsOptions): Promise<void> {
  // serverless.yml reads the permissions that follow from the configuration, even to take a stage down.
  await build({ stage: options.stage });
  await runOsls(['remove'], { ...options, verbose: true });
  console.log(
    'The secrets stay, and so do the ledger and the log group of `clean` where serverless.yml says ' +
      'RetainExceptOnCreate: delete both before deploying this stage again.',
  );
}

async function nextSteps(stage: string): Promise<string> {
  const { accounts, sources } = await readConfig(stage, join(ROOT, 'config', `${stage}.yml`));
  const secrets = [
    ...Object.values(accounts).map(
      ({ credentials }) => `${credentials}: {"ak":"…","sk":"…"}, an access key of an IAM user`,
    ),
    ...Object.entries(sources).flatMap(([name, { secret }]) =>
      secret === undefined ? [] : [`${secret}: the secret of source ${name}, at least 16 characters`],
    ),
  ];
  return `
What to do next, with the outputs above:
  1. Store the secrets in the same region, where they are missing. Without its secret a source answers 503, and the
     requests of an account are dead-lettered:
${secrets.map((secret) => `       ${secret}`).join('\n')}
  2. Let the alarms reach you:
       aws sns subscribe --topic-arn AlarmTopicArn --protocol email --notification-endpoint you@example.com
  3. Give each sender its address and its secret:
${Object.keys(sources)
  .map((name) => `       ${name}: WebhookUrl/${name}`)
  .join('\n')}
  4. Send an event that announces no deletion, such as GitHub's "ping": the answer is 200 and "ignored".`;
}

if (import.meta.main) {
  await runCommand(async () => {
    const [action, ...args] = process.argv.slice(2);
    const run = new Map([
      ['deploy', deploy],
      ['remove', remove],
    ]).get(action ?? '');
    if (run === undefined)
      throw new UsageError(
        'Usage: node scripts/deploy.ts deploy|remove --stage NAME [--region REGION] [--profile NAME]',
      );
    const options = readStageOptions(args);
    const { region } = await prepareAws(options);
    await run({ stage: options.stage, region });
  });
}
