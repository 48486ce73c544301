import { monotonicMs } from '../lib/clock.ts';
import { EXIT } from './run.ts';
import { runCli } from './run-cli.ts';

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
