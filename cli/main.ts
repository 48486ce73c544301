import { CommanderError } from 'commander';
import { messageOf, UsageError } from '../command-line/options.ts';
import { EXIT } from './exit-status.ts';
import { buildProgram } from './program.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Runs the command that the arguments name, and sets the exit status. See docs/cli.md. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads has seen enough, as `head` does.
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    await buildProgram(say).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has said so itself. Help that was asked for is no issue.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    say(messageOf(error));
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}
