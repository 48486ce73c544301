import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../command-line/options.ts';

const USAGE = `npm run bench -- throughput [--only queue|cpu|memory] [--workers N,N] [--requests N] [--peer-requests N]
    [--cpu-requests N] [--memory-requests N] [--json] [--check]
  --workers: how many at a time work off the queue, one measurement for each (2,5,10); the peers are measured with 5
  --requests: in the queue (10000); --peer-requests: in that of each peer (2000)
  --cpu-requests: of each contender (5000); --memory-requests: through one process (100000)
  --check: status 1 if a limit is not kept`;
const PARTS = ['queue', 'cpu', 'memory'] as const;

export interface ThroughputOptions {
  readonly parts: readonly (typeof PARTS)[number][];
  readonly workers: readonly number[];
  readonly requests: number;
  readonly peerRequests: number;
  readonly cpuRequests: number;
  readonly memoryRequests: number;
  readonly json: boolean;
  readonly check: boolean;
}

/** @throws {UsageError} */
export function readThroughputOptions(args: string[]): ThroughputOptions {
  const { only, workers, json, check, ...counts } = parse(args);
  const parts = only === undefined ? PARTS : PARTS.filter((part) => part === only);
  if (parts.length === 0) throw new UsageError(`--only ${only} is neither queue, cpu nor memory\n${USAGE}`);
  if (!/^[1-9]\d?(,[1-9]\d?)*$/.test(workers))
    throw new UsageError(`--workers ${workers} is not a list of numbers such as 2,5,10\n${USAGE}`);
  const count = (name: keyof typeof counts) => {
    if (!/^[1-9]\d{0,4}00$/.test(counts[name]))
      throw new UsageError(`--${name} ${counts[name]} is not a number of hundreds\n${USAGE}`);
    return Number(counts[name]);
  };
  return {
    parts,
    workers: workers.split(',').map(Number),
    requests: count('requests'),
    peerRequests: count('peer-requests'),
    cpuRequests: count('cpu-requests'),
    memoryRequests: count('memory-requests'),
    json,
    check,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: 'string' },
        workers: { type: 'string', default: '2,5,10' },
        requests: { type: 'string', default: '10000' },
        'peer-requests': { type: 'string', default: '2000' },
        'cpu-requests': { type: 'string', default: '5000' },
        'memory-requests': { type: 'string', default: '100000' },
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
}
