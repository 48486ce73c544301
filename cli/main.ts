import { Command, CommanderError, Option } from 'commander';
import { messageOf, UsageError } from '../command-line/options.ts';
import { monotonicMs } from '../lib/clock.ts';
import { addClean } from './commands/clean.ts';
import { addDoctor } from './commands/doctor.ts';
import { addFailed } from './commands/failed.ts';
import { addHistory } from './commands/history.ts';
import { addPause, addResume } from './commands/pause.ts';
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
  addPause,
  addResume,
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
/** npm passes on a signal that the terminal has sent to every process: both are one press of the keys. */
const SAME_PRESS_MS = 300;

/** Runs the CLI in this process: sets the exit status, and ends at once with a second Ctrl-C. */
export async function main(args: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has closed the pipe, as `head` does.
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  const interrupted = new AbortController();
  let firstPressMs = Number.POSITIVE_INFINITY;
  process.on('SIGINT', () => {
    firstPressMs = Math.min(firstPressMs, monotonicMs());
    interrupted.abort();
    if (monotonicMs() - firstPressMs > SAME_PRESS_MS) process.exit(EXIT.interrupted);
  });
  const { signal } = interrupted;
  process.exitCode = await runCli(args, { stdin, stdout, stderr, signal, folder: process.cwd() });
}

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
    .option('--region <region>', "AWS region; AWS_REGION, AWS_DEFAULT_REGION, or the profile's if missing")
    .option('--profile <name>', 'AWS profile; access keys of the environment, or AWS_PROFILE if missing')
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
