import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../../command-line/options.ts';

const SOAK_USAGE =
  'Usage: npm run soak -- [--events N] [--seed N] [--faults PERCENT] [--workers N] [--kill-every EVENTS] ' +
  '[--per-second EVENTS] [--sweep-every SECONDS] [--json] [--record FILE]';
const MAX_SEED = 2 ** 32 - 1;

export interface SoakOptions {
  readonly events: number;
  /** From which everything random follows. */
  readonly seed: number;
  /** How many calls to Huawei Cloud go wrong, 0 to 1. */
  readonly faults: number;
  readonly workers: number;
  /** A process is killed once for about so many events. */
  readonly killEvery: number;
  /** How many events are sent in a second; 0 is as many as go through. */
  readonly perSecond: number;
  /** Seconds from the beginning of one sweep to the next; 0 is none at all. */
  readonly sweepEvery: number;
  readonly json: boolean;
  /** Gets every line that the functions print. */
  readonly record?: string | undefined;
}

/** @throws {UsageError} */
export function readSoakOptions(args: readonly string[]): SoakOptions {
  const { json, record, ...numbers } = parse(args);
  return {
    events: readNumber('events', numbers.events, 1, 1_000_000),
    seed: readNumber('seed', numbers.seed ?? String(randomInt(MAX_SEED)), 0, MAX_SEED),
    faults: readNumber('faults', numbers.faults, 0, 90) / 100,
    workers: readNumber('workers', numbers.workers, 1, 32),
    killEvery: readNumber('kill-every', numbers['kill-every'], 1, 1_000_000),
    perSecond: readNumber('per-second', numbers['per-second'], 0, 1_000_000),
    sweepEvery: readNumber('sweep-every', numbers['sweep-every'], 0, 86_400),
    json,
    record,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        events: { type: 'string', default: '1000' },
        seed: { type: 'string' },
        faults: { type: 'string', default: '20' },
        workers: { type: 'string', default: '4' },
        'kill-every': { type: 'string', default: '50' },
        'per-second': { type: 'string', default: '0' },
        'sweep-every': { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
        record: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${SOAK_USAGE}`, { cause: error });
  }
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`--${name} ${text} is not a whole number from ${least} to ${most}. ${SOAK_USAGE}`);
}
