/** What the exit status says. See docs/cli.md. */
export const EXIT = {
  done: 0,
  /** Something failed; what did not was done. */
  failed: 1,
  /** The command could not be carried out as it was given, and nothing was changed. */
  usage: 2,
  /** Ctrl-C; what was under way was finished. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
