import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, runCommand, UsageError } from '../command-line/options.ts';
import { startBackend } from './backend.ts';
import { bundleContenders } from './bundle-contenders.ts';
import { type FunctionName, functionNames } from './contenders.ts';
import { installPeers } from './install-peers.ts';
import { judge, type Verdict } from './limits.ts';
import { type Measurement, measure } from './measure.ts';
import { describeMachine, formatTable, formatVerdicts, type Machine } from './print-results.ts';
import { benchSweep } from './sweep.ts';
import { benchThroughput } from './throughput.ts';

const USAGE = `npm run bench -- [--rounds N] [--only clean|receive] [--node-options "..."] [--json] [--check]
npm run bench -- sweep [--repositories N] [--json] [--check]
npm run bench -- throughput [--only queue|cpu|memory] [--requests N] [--json] [--check]
  --check: status 1 if a limit is not kept`;

interface Options {
  readonly rounds: number;
  readonly functions: readonly FunctionName[];
  readonly nodeOptions: string;
  readonly json: boolean;
  readonly check: boolean;
}

function readOptions(args: string[]): Options {
  const { rounds, only, ...values } = parse(args);
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new UsageError(`--rounds ${rounds} is not a number of rounds\n${USAGE}`);
  const functions = only === undefined ? functionNames : functionNames.filter((name) => name === only);
  if (functions.length === 0) throw new UsageError(`--only ${only} is neither clean nor receive\n${USAGE}`);
  return {
    rounds: Number(rounds),
    functions,
    nodeOptions: values['node-options'],
    json: values.json,
    check: values.check,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rounds: { type: 'string', default: '60' },
        only: { type: 'string' },
        'node-options': { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
}

async function runBench(options: Options): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-bench-'));
  try {
    const findBundle = await bundleContenders(folder);
    const backend = await startBackend();
    try {
      return await measure(findBundle, backend, { ...options, home: folder });
    } finally {
      backend.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(
  { functions, rounds, nodeOptions }: Options,
  machine: Machine,
  measurements: readonly Measurement[],
  verdicts: readonly Verdict[],
): void {
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`);
  console.log(
    `${rounds} fresh processes each, interleaved: median (10th-90th percentile), all over loopback`,
  );
  if (nodeOptions !== '') console.log(`NODE_OPTIONS=${nodeOptions}`);
  for (const name of functions) {
    console.log(`\n${formatTable(measurements.filter((each) => each.function === name))}`);
  }
  console.log(`\n${formatVerdicts(verdicts)}`);
}

await runCommand(async () => {
  const [what, ...args] = process.argv.slice(2);
  if (what === 'sweep') return benchSweep(args);
  if (what === 'throughput') return benchThroughput(args);
  const options = readOptions(process.argv.slice(2));
  await installPeers();
  const measurements = await runBench(options);
  const verdicts = judge(measurements);
  const machine = describeMachine();
  if (options.json) console.log(JSON.stringify({ machine, ...options, measurements, verdicts }, null, 2));
  else print(options, machine, measurements, verdicts);
  if (options.check && verdicts.some(({ passed }) => !passed)) process.exitCode = 1;
});
