import type { Command } from 'commander';

/** Gives a command that changes something what all of these have. */
export function addChangingOptions(command: Command): Command {
  return command
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--yes', 'do not ask before something is changed');
}

/** The examples at the end of a command's help. */
export function formatExamples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  swr-sync ${line}`)].join('\n');
}
