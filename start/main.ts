/** `npm start`: the service on this machine, and the story of one deletion. See docs/local-stack.md. */
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { signSample } from '../cli/send/senders.ts';
import { messageOf, ROOT, runCommand, UsageError } from '../command-line/options.ts';
import type { BusEvent } from '../local/bus.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { build } from '../scripts/build.ts';
import { isMetric, type LogLine, parseLine, Story, tellEvent, tellLine } from './demo.ts';
import { type Scene, setScene } from './demo-config.ts';
import { DRY_RUN, dryRunCommands, nextCommands } from './next-commands.ts';
import { writeStackFile } from './stack-file.ts';

const STORY_LIMIT_MS = 60_000;
/** An answer has the id of its requests only if there are any. */
const answerSchema = v.object({ id: v.optional(v.string()) });

const story = new Story((line) => console.log(line));
const lines: LogLine[] = [];
const events: BusEvent[] = [];
let onNews: () => void = () => {};

await runCommand(async () => {
  const { once: onlyStory, config, repository, port } = readOptions();
  if (config !== undefined) console.log(DRY_RUN);
  const scene = await setScene({ configFile: config, repository });
  const dryRun = isDryRun(scene);
  // `dist` is for what could be deployed.
  const distDir = join(ROOT, dryRun ? '.local/dry-run' : 'dist');
  await build({ stage: scene.stage, configFile: scene.configFile, outDir: distDir, dryRun });
  const stack = await startStack({
    distDir,
    env: scene.env,
    port,
    sweepers: dryRun ? 0 : 1,
    onLine: hear,
    onEvent: see,
  });
  // Whose accounts are real has them, and the secrets, in the environment already.
  const removeStackFile = dryRun ? undefined : await writeStackFile({ ...scene.env, ...stack.env });
  try {
    const told = await tellDeletion(scene, stack);
    if (onlyStory) process.exitCode = told ? 0 : 1;
    else {
      const { source, key, configFile } = scene;
      const { url } = stack;
      console.log(dryRun ? dryRunCommands(url, source, configFile) : nextCommands({ url, source, key }));
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    }
  } finally {
    await removeStackFile?.();
    await stack.close();
    await scene.close();
    if (dryRun) console.log(`\n${DRY_RUN}`);
  }
});

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        config: { type: 'string' },
        repository: { type: 'string' },
        port: { type: 'string', default: '0' },
      },
    });
    return { ...values, port: Number(values.port) };
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

function hear(text: string): void {
  if (isMetric(text)) return;
  const line = parseLine(text);
  story.tell(line === undefined ? text : tellLine(line));
  if (line !== undefined) lines.push(line);
  onNews();
}

function see(event: BusEvent): void {
  story.tell(tellEvent(event));
  events.push(event);
  onNews();
}

/** @returns whether the tasks are gone in the end; in a dry run, whether all of them are still there. */
async function tellDeletion(scene: Scene, stack: Stack): Promise<boolean> {
  const { image, repository, source, key } = scene;
  const name = `${image.namespace}/${image.repository}`;
  const before = await scene.countTasks();
  console.log(`The local stack is up. ${name} in SWR has ${pluralize(before, 'synchronization task')}.`);
  console.log(`${source} reports that ${repository} was deleted:\n`);
  const { body, headers } = signSample('github', { repository }, key);
  story.restart();
  const response = await fetch(`${stack.url}/webhooks/${source}`, { method: 'POST', headers, body });
  story.tell(`${''.padEnd(8)} ${'answered'.padEnd(9)} ${response.status} ${response.statusText}`);
  const { id } = v.parse(answerSchema, await response.json());
  const isDone = () => id !== undefined && isOver(id);
  if (id !== undefined) await waitUntil(isDone);
  const left = await scene.countTasks();
  const [expected, good, bad] = isDryRun(scene) ? [before, 'unchanged', 'changed'] : [0, 'gone', 'not gone'];
  const end = left === expected ? good : bad;
  story.tell(`${''.padEnd(8)} ${end.padEnd(9)} ${name} has ${pluralize(left, 'task')} left`);
  return isDone() && left === expected;
}

/** Real accounts, and a ledger that ends with this process: what was deleted couldn't be restored. */
function isDryRun({ emulator }: Scene): boolean {
  return emulator === undefined;
}

function pluralize(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Whether a request has come to its end, and everything about it was told. */
function isOver(id: string): boolean {
  const cleaned = lines.find((line) => line.event === 'cleaned' && line['id'] === id);
  const deletions = events.filter((event) => event['detail-type'] === 'Sync Task Deleted');
  const notAnnounced = lines.some(({ event }) => event === 'not published');
  return cleaned !== undefined && (notAnnounced || deletions.length >= Number(cleaned['deleted']));
}

async function waitUntil(holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, STORY_LIMIT_MS);
  onNews = () => {
    if (holds()) resolve();
  };
  onNews();
  await promise;
  clearTimeout(timer);
  onNews = () => {};
}
