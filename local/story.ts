import * as v from 'valibot';

const lineSchema = v.looseObject({ function: v.optional(v.string(), ''), event: v.string() });

export type LogLine = v.InferOutput<typeof lineSchema>;

/** Reads a line that a function printed; undefined if it is no log line. */
export function parseLine(line: string): LogLine | undefined {
  try {
    return v.parse(lineSchema, JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Says in one line what a function did, for a person who watches. */
export function tellLine(line: LogLine): string {
  const { function: name, event } = line;
  const text = (key: string) => {
    const value = line[key];
    return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  };
  const repository = `${text('namespace')}/${text('repository')}`;
  const telling: Record<string, string> = {
    received: `${text('bytes')} bytes from ${text('source')}`,
    verified: `the signature is that of ${text('source')}`,
    routed: `to ${repository} in SWR`,
    queued: `as request ${text('id')}`,
    ignored: text('reason'),
    rejected: `${text('source')}: ${text('reason')}`,
    token: `from IAM, for account ${text('account')}, valid for ${text('validSeconds')} s`,
    looked: `${repository} has ${text('tasks')} tasks`,
    deleted: `${repository} to ${text('target')}`,
    absent: `${repository} to ${text('target')} was gone already`,
    kept: `${repository} ${line['target'] === undefined ? '' : `to ${text('target')} `}(${text('reason')})`,
    failed: `${repository}: ${text('message')}`,
    parked: text('reason'),
    cleaned: `${text('deleted')} deleted, ${text('absent')} absent, ${text('kept')} kept, ${text('failed')} failed`,
  };
  const took = line['ms'] === undefined ? '' : ` (${text('ms')} ms)`;
  return `${name.padEnd(8)} ${event.padEnd(9)} ${telling[event] ?? JSON.stringify(line)}${took}`;
}

/** Prints lines with the time since a start. */
export class Story {
  #startedAt = performance.now();
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Time counts from now. */
  restart(): void {
    this.#startedAt = performance.now();
  }

  tell(text: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(3);
    this.#print(`${seconds.padStart(8)} s  ${text}`);
  }
}
