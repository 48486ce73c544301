import { Command, CommanderError, Option } from 'commander';
import { messageOf, UsageError } from '../command-line/options.ts';
import { addClean } from './commands/clean.ts';
import { addDoctor } from './commands/doctor.ts';
import { addFailed } from './commands/failed.ts';
import { addHistory } from './commands/history.ts';
import { addRestore } from './commands/restore.ts';
import { addRoute } from './commands/route.ts';
import { addSend } from './commands/send.ts';
import { addSweep } from './commands/sweep.ts';
import { addTasks } from './commands/tasks.ts';
import { type Act, EXIT, type ExitStatus, perform, type Terminal } from './run.ts';

const COMMANDS = [
  addTasks,
  addClean,
  addSweep,
  addHistory,
  addRestore,
  addFailed,
  addDoctor,
  addRoute,
  addSend,
];
const STATUSES = `
Exit status:
  0    done
  1    something failed; everything else was done
  2    wrong usage; nothing was changed
  130  ended by Ctrl-C; calls in flight were finished`;

/** Runs the command that the arguments name. See docs/cli.md. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  const say = (line: string) => void terminal.stderr.write(`${line}\n`);
  let status: ExitStatus = EXIT.done;
  const act: Act = (work) =>
    async function () {
      status = await perform(work, this.args, this.optsWithGlobals(), terminal);
    };
  try {
    await buildProgram(act, terminal).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    // Commander has printed the message. Help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    say(messageOf(error));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** Builds every command with its options. The program throws where commander would end the process. */
export function buildProgram(act: Act, { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>): Command {
  const program = new Command('swr-sync')
    .description(
      'Looks after image synchronization tasks of Huawei Cloud SWR and the service that deletes them.',
    )
    .addOption(
      new Option('--stage <name>', 'stage, as in config/NAME.yml and in what is deployed for it').env(
        'STAGE',
      ),
    )
    .option('--config <file>', 'configuration file, in place of config/STAGE.yml here or in the package')
    .option('--region <region>', 'AWS region; AWS_REGION, AWS_DEFAULT_REGION, or eu-central-1 if missing')
    .option('--account <name>', 'Huawei Cloud account of the configuration; the first one if missing')
    .option('--json', 'print the result as one JSON document')
    .option('--verbose', 'log every step to standard error')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('afterAll', STATUSES);
  for (const add of COMMANDS) add(program, act);
  const configure = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => {
        // One line, whatever commander adds, and without the values of unexpected arguments: one may be a secret.
        const lines = text.trim().split('\n');
        const line = lines.map((each) => each.trim()).join(' ');
        const safe = line
          .replace(/^error: /, '')
          .replace(/^(too many arguments [^:]*):.*/, '$1')
          .replace(/^(unknown option '[^'=]*)=.*/, "$1'");
        write(`${safe}\n`);
      },
    });
    command.commands.forEach(configure);
  };
  configure(program);
  return program;
}
