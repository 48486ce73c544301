const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];
type Fields = Readonly<Record<string, unknown>>;

/** One JSON object a line, to standard output, where CloudWatch Logs takes it apart by itself. */
export interface Log extends Record<Level, (event: string, fields?: Fields) => void> {
  /** A log whose every line has these fields too. */
  with(fields: Fields): Log;
}

/**
 * @param write takes one line without its line break. Not `console.log`: the Lambda runtime puts its own words before
 *   or around what goes through the console.
 * @param level lines below it are dropped; anything unknown counts as `info`.
 */
export function createLog(
  fields: Fields = {},
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  level: string = process.env['LOG_LEVEL'] ?? 'info',
): Log {
  const named = LEVELS.findIndex((name) => name === level.toLowerCase());
  const lowest = named === -1 ? LEVELS.indexOf('info') : named;
  const lineAt = (index: number) => (event: string, more?: Fields) => {
    if (index < lowest) return;
    write(
      JSON.stringify({ time: new Date().toISOString(), level: LEVELS[index], event, ...fields, ...more }),
    );
  };
  return {
    debug: lineAt(0),
    info: lineAt(1),
    warn: lineAt(2),
    error: lineAt(3),
    with: (more) => createLog({ ...fields, ...more }, write, level),
  };
}
