import { UsageError } from '../../command-line/options.ts';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import { type Check, check, formatChecks, skip } from '../doctor/check.ts';
import { checkAccount } from '../doctor/check-accounts.ts';
import { checkResources } from '../doctor/check-aws.ts';
import { checkCanaries } from '../doctor/check-canaries.ts';
import { checkLambda } from '../doctor/check-lambda.ts';
import { checkStageSecrets } from '../doctor/check-secrets.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { chooseAccount, findStage, loadStage, type Stage, type StageFile } from '../stage.ts';
import { count } from '../table.ts';

/** Adds `swr-sync doctor`. */
export const addDoctor = defineCommand({
  usage: 'doctor',
  summary: 'check a stage, and say what to fix',
  description:
    'Checks the configuration, secrets, accounts, queues, ledger and quota of a stage, and whether it is paused. Changes nothing.',
  examples: ['doctor --stage prod'],
  work: doctor,
});

async function doctor(_: readonly string[], options: GlobalOptions, run: Run): Promise<boolean> {
  const found = findStage(options, run);
  const checks = await checkStage(found, options, run);
  const failed = checks.filter(({ state }) => state === 'failed').length;
  const warnings = checks.filter(({ state }) => state === 'warning').length;
  run.result({ stage: found.name, failed, warnings, checks }, () => formatChecks(checks));
  run.say(failed + warnings === 0 ? 'No problem found.' : `${failed} failed, ${count(warnings, 'warning')}.`);
  return failed === 0;
}

async function checkStage(found: StageFile, options: GlobalOptions, run: Run): Promise<Check[]> {
  let stage: Stage;
  try {
    stage = await loadStage(found, options, run);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const hint = 'Fix this first: the rest was not checked.';
    return [{ name: 'configuration', state: 'failed', message: error.message, hint }];
  }
  const all = Object.keys(stage.config.accounts);
  const names = options.account === undefined ? all : [chooseAccount(stage, options)];
  return [describeConfig(stage), ...(await checkAll(stage, names, run))];
}

function describeConfig({ config, file }: Stage): Check {
  const { accounts, sources, routes, safety } = config;
  const parts = [
    count(Object.keys(accounts).length, 'account'),
    count(Object.keys(sources).length, 'source'),
    count(routes.length, 'route'),
  ];
  return { name: 'configuration', state: 'ok', message: `${file}: ${parts.join(', ')}; mode ${safety.mode}` };
}

/** Runs the checks in the order of their dependencies. Those after Ctrl-C are skipped. */
async function checkAll(stage: Stage, names: readonly string[], run: Run): Promise<Check[]> {
  const aws = await check('AWS', async () => {
    const { region, from } = await stage.aws();
    return { message: `region ${region}, credentials of ${from}` };
  });
  const accounts = Object.entries(stage.config.accounts).filter(([name]) => names.includes(name));
  const progress = run.progress('checks', accounts.length + 4);
  const checks: Check[] = [aws, ...(await Promise.all(checkStageSecrets(stage)))];
  progress.advance();
  const context = { rejections: new Rejections(), deadline: run.interruption, log: run.log };
  for (const [name, account] of accounts) {
    if (run.interruption.interrupted) checks.push(skip(`account ${name}`, 'ended by Ctrl-C'));
    else checks.push(...(await checkAccount(name, account, stage, context)));
    progress.advance();
  }
  if (!run.interruption.interrupted) checks.push(...(await checkCanaries(stage, run.interruption)));
  progress.advance();
  if (aws.state === 'failed' || run.interruption.interrupted) {
    const why = aws.state === 'failed' ? 'no AWS region or credentials' : 'ended by Ctrl-C';
    checks.push(
      ...['queues', 'ledger', 'event bus', 'pause', 'Lambda concurrency'].map((name) => skip(name, why)),
    );
  } else checks.push(...(await Promise.all([...checkResources(stage), ...checkLambda(stage)])));
  progress.end();
  return checks;
}
