export interface CapturedOutput {
  readonly lines: readonly string[];
  /** Forgets what was printed so far. */
  clear(): void;
  /** Lets standard output through again. */
  release(): void;
}

/** Keeps what this process prints to standard output, where the functions write their log. */
export function captureOutput(): CapturedOutput {
  const write = process.stdout.write.bind(process.stdout);
  const lines: string[] = [];
  process.stdout.write = (chunk: string | Uint8Array) => {
    lines.push(...String(chunk).trimEnd().split('\n'));
    return true;
  };
  return {
    lines,
    clear: () => lines.splice(0),
    release: () => {
      process.stdout.write = write;
    },
  };
}
