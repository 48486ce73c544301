import assert from 'node:assert/strict';
import type { Backend } from './backend.ts';
import type { Bundle, FindBundle } from './bundle-contenders.ts';
import { type Contender, contenders, type FunctionName } from './contenders.ts';
import { cleanupMessage, gitHubDeletion, secretNames } from './events.ts';
import { type ProcessResult, timeProcess } from './time-process.ts';

export interface Measurement {
  readonly function: FunctionName;
  readonly contender: Contender;
  readonly bytes: number;
  /** One of each round, as are all that follow. */
  readonly importMs: readonly number[];
  readonly firstMs: readonly number[];
  readonly secondMs: readonly number[];
  /** Import and first invocation: what the first event after a cold start waits for. */
  readonly coldMs: readonly number[];
  /** What a process called in its two invocations. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface MeasureOptions {
  readonly functions: readonly FunctionName[];
  readonly rounds: number;
  /** Of every measured process. */
  readonly nodeOptions: string;
  /** A folder that every measured process may write to. */
  readonly home: string;
}

/** Two requests with a task each, on the record before and after, and announced. */
const CLEAN_CALLS = { deleteSyncTask: 2, UpdateItem: 8, PutEvents: 2 };

interface Entry {
  readonly name: FunctionName;
  readonly contender: Contender;
  readonly bundle: Bundle;
  readonly results: ProcessResult[];
  calls: Readonly<Record<string, number>>;
}

/**
 * Measures every contender once a round, each time in a fresh process and in an order left to chance, so that a machine
 * that slows down slows all of them down, and none always follows the same one. A round before the first one fills the
 * caches of the system.
 */
export async function measure(
  findBundle: FindBundle,
  backend: Backend,
  { functions, rounds, nodeOptions, home }: MeasureOptions,
): Promise<Measurement[]> {
  const env = {
    ...environmentOf(backend),
    HOME: home,
    ...(nodeOptions !== '' && { NODE_OPTIONS: nodeOptions }),
  };
  const entries = functions.flatMap((name) =>
    contenders[name].map((contender): Entry => {
      return { name, contender, bundle: findBundle(name, contender), results: [], calls: {} };
    }),
  );
  for (let round = 0; round <= rounds; round += 1) {
    for (const entry of shuffle(entries)) {
      const result = await measureOnce(entry, backend, env);
      if (round > 0) entry.results.push(result);
    }
  }
  return entries.map(describe);
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

function describe({ name, contender, bundle, results, calls }: Entry): Measurement {
  return {
    function: name,
    contender,
    bytes: bundle.bytes,
    importMs: results.map(({ importMs }) => importMs),
    firstMs: results.map(({ firstMs }) => firstMs),
    secondMs: results.map(({ secondMs }) => secondMs),
    coldMs: results.map(({ importMs, firstMs }) => importMs + firstMs),
    calls,
  };
}

/** One process, and whether it did its work. */
async function measureOnce(
  entry: Entry,
  backend: Backend,
  env: Readonly<Record<string, string>>,
): Promise<ProcessResult> {
  const { name, contender, bundle } = entry;
  await backend.plant(name === 'clean' ? ['first', 'second'] : []);
  const event = name === 'clean' ? cleanupMessage : gitHubDeletion;
  const result = await timeProcess(bundle.file, [event('first'), event('second')], env);
  const { calls, tasksLeft } = await backend.report();
  const what = `${name}, ${contender.label}`;
  for (const answer of result.answers) {
    if (name === 'clean') assert.deepEqual(answer, { batchItemFailures: [] }, what);
    else assert.partialDeepStrictEqual(answer, { statusCode: 202 }, what);
  }
  assert.equal(tasksLeft, 0, what);
  if (name === 'clean') assert.partialDeepStrictEqual(calls, CLEAN_CALLS, what);
  else assert.equal(calls['SendMessage'], 2, what);
  entry.calls = calls;
  return result;
}

/** What Lambda and serverless.yml would set. The credentials open nothing. */
export function environmentOf({ awsUrl, huaweiCloudUrl, region }: Backend): Record<string, string> {
  return {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_ENDPOINT_URL: awsUrl,
    CLEANUP_QUEUE_URL: `${awsUrl}/000000000000/cleanup`,
    DEAD_LETTER_QUEUE_URL: `${awsUrl}/000000000000/dead-letters`,
    LEDGER_TABLE: 'bench-ledger',
    EVENT_BUS_NAME: 'bench',
    HUAWEICLOUD_IAM_ENDPOINT: huaweiCloudUrl,
    HUAWEICLOUD_SWR_ENDPOINT: huaweiCloudUrl,
    HUAWEICLOUD_REGION: region,
    HUAWEICLOUD_SECRET: secretNames.huaweicloud,
    HUAWEICLOUD_KEYS_SECRET: secretNames.huaweicloudKeys,
    GITHUB_SECRET: secretNames.github,
  };
}
