import { randomInt } from 'node:crypto';
import { parseOptions, readInteger } from '../../command-line/options.ts';

const USAGE =
  'Usage: npm run soak -- [--events N] [--seed N] [--faults PERCENT] [--workers N] [--kill-every EVENTS] ' +
  '[--per-second EVENTS] [--sweep-every SECONDS] [--json] [--record FILE]';
const MAX_SEED = 2 ** 32 - 1;
const number = (value: number) => ({ type: 'string', default: `${value}` }) as const;

/** Options of a soak test, as docs/soak.md describes them. */
export type SoakOptions = ReturnType<typeof readSoakOptions>;

/** @throws {UsageError} */
export function readSoakOptions(args: readonly string[]) {
  const { json, record, ...values } = parseOptions(
    {
      args: [...args],
      options: {
        events: number(1000),
        seed: number(randomInt(MAX_SEED)),
        faults: number(20),
        workers: number(4),
        'kill-every': number(50),
        'per-second': number(0),
        'sweep-every': number(0),
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
    /** Seed of everything random. */
    seed: read('seed', 0, MAX_SEED),
    /** Share of the calls to Huawei Cloud that fail, 0 to 1. */
    faults: read('faults', 0, 90) / 100,
    workers: read('workers', 1, 32),
    killEvery: read('kill-every', 1, 1_000_000),
    perSecond: read('per-second', 0, 1_000_000),
    sweepEvery: read('sweep-every', 0, 86_400),
    json,
    record,
  };
}
