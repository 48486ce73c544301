import type { Command } from 'commander';
import { messageOf } from '../command-line/options.ts';
import { createLog, type Log } from '../lib/log.ts';
import { ask, Interruption, noProgress, type Progress, showProgress } from './terminal.ts';

/** Exit statuses. See docs/cli.md. */
export const EXIT = {
  done: 0,
  /** Something failed; everything else was done. */
  failed: 1,
  /** Wrong usage; nothing was changed. */
  usage: 2,
  /** Ctrl-C; calls in flight were finished. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** Process around the CLI, except its environment: `lib` reads that from `process.env`. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Aborted with the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Current directory. */
  readonly folder: string;
  /** Pause before the second attempt of a call; half a second if missing. */
  readonly firstPauseMs?: number;
}

/** Options of every command. */
export interface GlobalOptions {
  readonly stage?: string;
  readonly config?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly account?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Options of every command that changes something. */
export interface ChangingOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Run of a command: results go to standard output, all else to standard error. */
export interface Run extends Pick<Terminal, 'folder' | 'firstPauseMs'> {
  readonly interruption: Interruption;
  /** Log of `lib`, shown with `--verbose` only. */
  readonly log: Log;
  /** Prints the result: one JSON document with `--json`, a text without. */
  readonly result: (document: unknown, text: () => string) => void;
  /** Prints a line beside the result. */
  readonly say: (line: string) => void;
  /**
   * @param preview shown above the question.
   * @throws {UsageError} unless the answer is yes.
   */
  readonly ask: (question: string, preview: string) => Promise<void>;
  /** True where progress is shown. */
  readonly isWatched: boolean;
  readonly progress: (what: string, total?: number) => Progress;
}

/**
 * Body of a command.
 *
 * @returns false if something failed.
 */
export type Work<Options> = (args: readonly string[], options: Options, run: Run) => Promise<boolean>;

/** Makes a command's action of its body. */
export type Act = <Options extends ChangingOptions>(work: Work<Options>) => (this: Command) => Promise<void>;

/** Adds a command to the program or to another command. */
export type AddCommand = (parent: Command, act: Act) => Command;

interface Definition<Options> {
  /** Name and arguments, such as `clean <NAMESPACE[/REPOSITORY]>`. */
  readonly usage: string;
  /** Line in the list of commands, in place of the description. */
  readonly summary?: string;
  readonly description: string;
  /** Options of its own. */
  readonly addOptions?: (command: Command) => Command;
  /** Adds the options of every command that changes something. */
  readonly changes?: true;
  /** Command lines at the end of its help, without `swr-sync`. */
  readonly examples: readonly string[];
  readonly work: Work<Options>;
}

/** Defines a command: its texts, options and body. */
export function defineCommand<Options extends ChangingOptions>(definition: Definition<Options>): AddCommand {
  const { usage, description, summary = description, addOptions, changes, examples, work } = definition;
  return (parent, act) => {
    const command = parent.command(usage).summary(summary).description(description);
    if (changes)
      command
        .option('--dry-run', 'show what would be done, and change nothing')
        .option('--yes', 'do not ask before something is changed');
    addOptions?.(command);
    const lines = examples.map((line) => `  swr-sync ${line}`);
    return command.addHelpText('after', ['', 'Examples:', ...lines].join('\n')).action(act(work));
  };
}

/** Runs the body of a command, until it ends or Ctrl-C ends it. */
export async function perform<Options extends ChangingOptions>(
  work: Work<Options>,
  args: readonly string[],
  options: Options,
  { stdin, stdout, stderr, signal, ...rest }: Terminal,
): Promise<ExitStatus> {
  const { json = false, verbose = false, yes = false } = options;
  const say = (line: string) => void stderr.write(`${line}\n`);
  const interruption = new Interruption(signal, say);
  try {
    const done = await work(args, options, {
      ...rest,
      interruption,
      log: createLog({}, verbose ? say : () => {}, verbose ? 'debug' : undefined),
      result: (document, text) => {
        const shown = json ? JSON.stringify(document, null, 2) : text();
        if (shown !== '') stdout.write(`${shown}\n`);
      },
      say,
      ask: (question, preview) => ask(question, preview, { yes, input: stdin, output: stderr, interruption }),
      isWatched: !json && stderr.isTTY === true,
      progress: (what, total = 0) => (json ? noProgress : showProgress(what, total, stderr)),
    });
    if (interruption.interrupted) return EXIT.interrupted;
    return done ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (!interruption.interrupted) throw error;
    say(messageOf(error));
    return EXIT.interrupted;
  }
}
