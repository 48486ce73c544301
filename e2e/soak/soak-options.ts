import { randomInt } from 'node:crypto';
import { parseOptions, readInteger } from '../../command-line/options.ts';

const USAGE =
  'Usage: npm run soak -- [--events N] [--seed N] [--faults PERCENT] [--workers N] [--kill-every EVENTS] ' +
  '[--per-second EVENTS] [--sweep-every SECONDS] [--json] [--record FILE]';
const MAX_SEED = 2 ** 32 - 1;

export interface SoakOptions {
  readonly events: number;
  /** Seed of everything random. */
  readonly seed: number;
  /** Share of the calls to Huawei Cloud that fail, 0 to 1. */
  readonly faults: number;
  readonly workers: number;
  /** Events from one kill of a process to the next, on average. */
  readonly killEvery: number;
  /** Events per second; 0 sets no limit. */
  readonly perSecond: number;
  /** Seconds from the start of one sweep to the next; 0 is none. */
  readonly sweepEvery: number;
  readonly json: boolean;
  /** Gets every line that the functions print. */
  readonly record?: string | undefined;
}

/** @throws {UsageError} */
export function readSoakOptions(args: readonly string[]): SoakOptions {
  const { json, record, ...values } = parseOptions(
    {
      args: [...args],
      options: {
        events: { type: 'string', default: '1000' },
        seed: { type: 'string', default: String(randomInt(MAX_SEED)) },
        faults: { type: 'string', default: '20' },
        workers: { type: 'string', default: '4' },
        'kill-every': { type: 'string', default: '50' },
        'per-second': { type: 'string', default: '0' },
        'sweep-every': { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
        record: { type: 'string' },
      },
    },
    USAGE,
  ).values;
  const read = (name: keyof typeof values, min: number, max: number) =>
    readInteger(name, values[name], [min, max], USAGE);
  return {
    events: read('events', 1, 1_000_000),
    seed: read('seed', 0, MAX_SEED),
    faults: read('faults', 0, 90) / 100,
    workers: read('workers', 1, 32),
    killEvery: read('kill-every', 1, 1_000_000),
    perSecond: read('per-second', 0, 1_000_000),
    sweepEvery: read('sweep-every', 0, 86_400),
    json,
    record,
  };
}
