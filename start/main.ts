/** `npm start`: the service on this machine, and one deletion from the webhook to the result. See docs/local-stack.md. */
import { once } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import { signSample } from '../cli/send/senders.ts';
import { count } from '../cli/table.ts';
import { parseOptions, ROOT, readInteger, runCommand } from '../command-line/options.ts';
import type { PublishedEvent } from '../local/bus.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { build } from '../scripts/build.ts';
import { describeEvent, describeLine, isMetric, type LogLine, parseLine } from './describe-line.ts';
import { DRY_RUN, dryRunCommands, nextCommands } from './next-commands.ts';
import { type Demo, prepareDemo } from './prepare-demo.ts';
import { writeStackFile } from './stack-file.ts';

const LIMIT_MS = 60_000;
/** An answer has the id of its requests only if there are any. */
const answerSchema = v.object({ id: v.optional(v.string()) });

let startedAt = performance.now();
const lines: LogLine[] = [];
const events: PublishedEvent[] = [];
let onOutput: () => void = () => {};

await runCommand(async () => {
  const { values } = parseOptions({
    options: {
      once: { type: 'boolean', default: false },
      config: { type: 'string' },
      repository: { type: 'string' },
      port: { type: 'string', default: '0' },
      region: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const { config, repository, region, profile } = values;
  const port = readInteger('port', values.port, [0, 65_535]);
  if (config !== undefined) console.log(DRY_RUN);
  const demo = await prepareDemo({ configFile: config, repository, region, profile });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => demo.close());
  const { dryRun } = demo;
  // `dist` is for bundles that can be deployed.
  const distDir = join(ROOT, dryRun ? '.local/dry-run' : 'dist');
  await build({ stage: demo.stage, configFile: demo.configFile, outDir: distDir, dryRun });
  const stack = await startStack({
    distDir,
    env: demo.env,
    port,
    sweepers: dryRun ? 0 : 1,
    onLine(text) {
      if (isMetric(text)) return;
      const line = parseLine(text);
      print(line === undefined ? text : describeLine(line));
      if (line !== undefined) lines.push(line);
      onOutput();
    },
    onEvent(event) {
      print(describeEvent(event));
      events.push(event);
      onOutput();
    },
  });
  opened.defer(() => stack.close());
  // With real accounts, the environment of other commands has all of it already.
  if (!dryRun) opened.defer(await writeStackFile({ ...demo.env, ...stack.env }));
  const succeeded = await showDeletion(demo, stack);
  if (values.once) process.exitCode = succeeded ? 0 : 1;
  else {
    const { source, key, configFile } = demo;
    const { url } = stack;
    console.log(
      dryRun ? dryRunCommands(url, source, configFile, { region, profile }) : nextCommands(url, source, key),
    );
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  }
  await opened.disposeAsync();
  if (dryRun) console.log(`\n${DRY_RUN}`);
});

/** Prints a line with the time since the webhook. */
function print(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(3);
  console.log(`${seconds.padStart(8)} s  ${text}`);
}

/** @returns whether the tasks are gone in the end; in a dry run, whether all of them still exist. */
async function showDeletion(demo: Demo, stack: Stack): Promise<boolean> {
  const { image, repository, source, key } = demo;
  const name = `${image.namespace}/${image.repository}`;
  const before = await demo.countTasks();
  console.log(`The local stack is up. ${name} in SWR has ${count(before, 'synchronization task')}.`);
  console.log(`${source} reports that ${repository} was deleted:\n`);
  const { body, headers } = signSample('github', { repository }, key);
  startedAt = performance.now();
  const response = await fetch(`${stack.url}/webhooks/${source}`, { method: 'POST', headers, body });
  print(`${''.padEnd(8)} ${'answered'.padEnd(9)} ${response.status} ${response.statusText}`);
  const { id } = v.parse(answerSchema, await response.json());
  const isDone = () => id !== undefined && isOver(id);
  if (id !== undefined) await waitUntil(isDone);
  const left = await demo.countTasks();
  const [expected, good, bad] = demo.dryRun ? [before, 'unchanged', 'changed'] : [0, 'gone', 'not gone'];
  const end = left === expected ? good : bad;
  print(`${''.padEnd(8)} ${end.padEnd(9)} ${name} has ${count(left, 'task')} left`);
  return isDone() && left === expected;
}

/** True once a request is finished and its events are published. */
function isOver(id: string): boolean {
  const cleaned = lines.find((line) => line.event === 'cleaned' && line['id'] === id);
  const deletions = events.filter((event) => event['detail-type'] === 'Sync Task Deleted');
  const notPublished = lines.some(({ event }) => event === 'not published');
  return cleaned !== undefined && (notPublished || deletions.length >= Number(cleaned['deleted']));
}

async function waitUntil(holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LIMIT_MS);
  onOutput = () => {
    if (holds()) resolve();
  };
  onOutput();
  await promise;
  clearTimeout(timer);
  onOutput = () => {};
}
