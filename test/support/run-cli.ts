import { Readable, Writable } from 'node:stream';
import { runCli } from '../../cli/main.ts';

/** A command that has ended. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Running {
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
  readonly ended: Promise<Ran>;
}

/**
 * Starts the CLI in this process, with its environment and without a terminal.
 *
 * @param folder current directory of the CLI.
 */
export function startCli(args: readonly string[], folder: string): Running {
  const [stdout, stderr] = [collectText(), collectText()];
  const interrupted = new AbortController();
  const ended = runCli(args, {
    stdin: Readable.from([]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signal: interrupted.signal,
    folder,
    firstPauseMs: 1,
  });
  return {
    interrupt: () => interrupted.abort(),
    ended: ended.then((status) => ({ status, stdout: stdout.read(), stderr: stderr.read() })),
  };
}

function collectText(): { readonly stream: Writable; readonly read: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, read: () => chunks.join('') };
}
