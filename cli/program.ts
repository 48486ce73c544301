import { Command, Option } from 'commander';
import { addClean } from './commands/clean.ts';
import { addDoctor } from './commands/doctor.ts';
import { addFailed } from './commands/failed.ts';
import { addHistory } from './commands/history.ts';
import { addRestore } from './commands/restore.ts';
import { addSweep } from './commands/sweep.ts';
import { addTasks } from './commands/tasks.ts';

const STATUSES = `
Exit status:
  0    done
  1    something failed; what did not was done
  2    the command can not be carried out as it was given, and nothing was changed
  130  ended by Ctrl-C; what was under way was finished`;

/** Every command with its options. Throws instead of ending the process. */
export function buildProgram(say: (line: string) => void): Command {
  const program = new Command('swr-sync')
    .description(
      'Looks after the image synchronization tasks of Huawei Cloud SWR, and after the service that cleans them up.',
    )
    .addOption(
      new Option('--stage <name>', 'the environment: config/NAME.yml, and what is deployed for it').env(
        'STAGE',
      ),
    )
    .option('--config <file>', 'the configuration, in place of config/STAGE.yml here or in the package')
    .option('--region <region>', 'of AWS; AWS_REGION, AWS_DEFAULT_REGION, or eu-central-1 if missing')
    .option('--account <name>', 'of Huawei Cloud, as the configuration calls it; the first one if missing')
    .option('--json', 'the result as one JSON document')
    .option('--verbose', 'tell on standard error what is being done')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('afterAll', STATUSES);
  configure(program, say);
  const adders = [addTasks, addClean, addSweep, addHistory, addRestore, addFailed, addDoctor];
  for (const add of adders) add(program);
  for (const command of program.commands) configureAll(command, say);
  return program;
}

function configureAll(command: Command, say: (line: string) => void): void {
  configure(command, say);
  for (const each of command.commands) configureAll(each, say);
}

/** A issue is one line, whatever commander would say beside it. */
function configure(command: Command, say: (line: string) => void): void {
  command.exitOverride().configureOutput({
    outputError: (text) => {
      const lines = text.trim().split('\n');
      const line = lines.map((each) => each.trim()).join(' ');
      say(line.replace(/^error: /, ''));
    },
  });
}
