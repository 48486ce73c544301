/** `npm run bench -- sweep`: what a sweep takes beside the ideal, and what it keeps in memory. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../command-line/options.ts';
import type { Verdict } from './limits.ts';
import { describeMachine, formatVerdicts } from './print-results.ts';
import { CONCURRENCY, LATENCY_MS } from './sweep-messages.ts';
import { type Measured, measureSweep } from './sweep-processes.ts';

const USAGE = `npm run bench -- sweep [--repositories N] [--json] [--check]
  --check: status 1 if a limit is not kept`;
/** What the calls of so many repositories are compared with. */
const FEW = 1000;
const MOST_TO_IDEAL = 1.2;
const MOST_BYTES = 40 * 1024 * 1024;
/** Of the calls for one repository: the pages of an organization are never quite full. */
const MOST_MORE_CALLS = 1.01;

interface Options {
  readonly repositories: number;
  readonly json: boolean;
  readonly check: boolean;
}

function readOptions(args: string[]): Options {
  const { repositories, ...values } = parse(args);
  if (!/^[1-9]\d{2,5}$/.test(repositories))
    throw new UsageError(`--repositories ${repositories} is not a number of 100 to 999999\n${USAGE}`);
  return { repositories: Number(repositories), ...values };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        repositories: { type: 'string', default: '10000' },
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
}

const idealSeconds = ({ calls }: Measured) => (calls * LATENCY_MS) / CONCURRENCY / 1000;
const callsEach = ({ calls, repositories }: Measured) => calls / repositories;
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function judge(few: Measured, many: Measured): Verdict[] {
  const ratio = many.seconds / idealSeconds(many);
  const more = callsEach(many) / callsEach(few);
  return [
    {
      limit: `${many.repositories} repositories at most ${MOST_TO_IDEAL} x the ideal: calls x ${LATENCY_MS} ms / ${CONCURRENCY}`,
      found: `${ratio.toFixed(3)} x`,
      passed: ratio <= MOST_TO_IDEAL,
    },
    {
      limit: `memory at most ${megabytes(MOST_BYTES)} above the start, at its highest`,
      found: megabytes(many.rssBytes),
      passed: many.rssBytes <= MOST_BYTES,
    },
    {
      limit: `as many calls for one repository as with ${few.repositories} of them, or less than 1 % more`,
      found: callsEach(many).toFixed(4),
      passed: more <= MOST_MORE_CALLS,
    },
  ];
}

function print(measured: readonly Measured[], verdicts: readonly Verdict[]): void {
  const machine = describeMachine();
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`);
  // What else runs here makes calls late.
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  console.log(`a dry run over 4 organizations, ${CONCURRENCY} calls at a time, all over loopback; ${load}`);
  for (const each of measured) {
    const ideal = idealSeconds(each);
    // Timers are late, so an answer takes longer than the emulator is told to wait.
    const real = each.latencyMs / LATENCY_MS;
    console.log(`
${each.repositories} repositories, ${each.tasks} tasks, ${each.found} found
  calls      ${each.calls}, ${callsEach(each).toFixed(4)} for one repository
  time       ${each.seconds.toFixed(2)} s; ideal ${ideal.toFixed(2)} s: ${(each.seconds / ideal).toFixed(3)} x
             a single call takes ${each.latencyMs.toFixed(1)} ms; with that, ${(each.seconds / ideal / real).toFixed(3)} x; processor ${each.cpuSeconds.toFixed(2)} s
  memory     at most ${megabytes(each.rssBytes)} above the start, most of it garbage: what lives is
             ${megabytes(each.halfwayHeapBytes)} above it half-way, and ${megabytes(each.keptHeapBytes)} at the end`);
  }
  console.log(`\n${formatVerdicts(verdicts)}`);
}

/** @throws {UsageError} if it is asked for something else. */
export async function benchSweep(args: string[]): Promise<void> {
  const { repositories, json, check } = readOptions(args);
  const few = await measureSweep(FEW);
  const many = await measureSweep(repositories);
  const verdicts = judge(few, many);
  if (json)
    console.log(JSON.stringify({ machine: describeMachine(), measured: [few, many], verdicts }, null, 2));
  else print([few, many], verdicts);
  if (check && verdicts.some(({ passed }) => !passed)) process.exitCode = 1;
}
