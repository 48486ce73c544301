import { messageOf } from '../command-line/options.ts';
import { createLog, type Log } from '../lib/log.ts';
import { ask } from './ask.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { Interruption } from './interruption.ts';
import { type Progress, showProgress, silent } from './progress.ts';

/** What every command can be told. */
export interface GlobalOptions {
  readonly stage?: string;
  readonly config?: string;
  readonly region?: string;
  readonly account?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What every command can be told that changes something. */
export interface ChangingOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** What a command talks to: results go to standard output, all else to standard error. */
export interface Run {
  readonly interruption: Interruption;
  /** Of what `lib` does: nowhere, unless it was asked for. */
  readonly log: Log;
  /** The result: one JSON document with `--json`, a text without. */
  readonly result: (document: unknown, text: () => string) => void;
  /** A line beside the result. */
  readonly say: (line: string) => void;
  /**
   * @param preview what the question is about.
   * @throws {UsageError} unless the answer is yes.
   */
  readonly ask: (question: string, preview: string) => Promise<void>;
  /** Whether somebody sees how far it has come. */
  readonly isWatched: boolean;
  readonly progress: (what: string, total?: number) => Progress;
}

/** Runs a command and sets the exit status; Ctrl-C ends it in good order. */
export async function act(options: ChangingOptions, work: (run: Run) => Promise<ExitStatus>): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const { json = false, verbose = false, yes = false } = options;
  const say = (line: string) => void stderr.write(`${line}\n`);
  const interruption = new Interruption(say);
  const stopListening = interruption.listen();
  try {
    const status = await work({
      interruption,
      log: createLog({}, verbose ? say : () => {}, verbose ? 'debug' : undefined),
      result: (document, text) => {
        const shown = json ? JSON.stringify(document, null, 2) : text();
        if (shown !== '') stdout.write(`${shown}\n`);
      },
      say,
      ask: (question, preview) => ask(question, preview, { yes, input: stdin, output: stderr, interruption }),
      isWatched: !json && stderr.isTTY,
      progress: (what, total = 0) => (json ? silent : showProgress(what, total, stderr)),
    });
    process.exitCode = interruption.interrupted ? EXIT.interrupted : status;
  } catch (error) {
    if (!interruption.interrupted) throw error;
    say(messageOf(error));
    process.exitCode = EXIT.interrupted;
  } finally {
    stopListening();
  }
}
