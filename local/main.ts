/** `npm start`: the service on this machine, and the story of one deletion. See README.md. */
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { build } from '../scripts/build.ts';
import { messageOf, ROOT, runCommand, UsageError } from '../scripts/command-line.ts';
import type { BusEvent } from './bus.ts';
import { nextCommands } from './next-commands.ts';
import { signGitHubDeletion } from './sample-deletion.ts';
import { type Scene, setScene } from './scene.ts';
import { type Stack, startStack } from './stack.ts';
import { writeStackFile } from './stack-file.ts';
import { isMetric, type LogLine, parseLine, Story, tellEvent, tellLine } from './story.ts';

const STORY_LIMIT_MS = 60_000;
/** An answer has the id of its requests only if there are any. */
const answerSchema = v.object({ id: v.optional(v.string()) });

const story = new Story((line) => console.log(line));
const lines: LogLine[] = [];
const events: BusEvent[] = [];
let onNews: () => void = () => {};

await runCommand(async () => {
  const { once: onlyStory, config, repository, port } = readOptions();
  const scene = await setScene({ configFile: config, repository });
  const distDir = join(ROOT, 'dist');
  await build({ stage: scene.stage, configFile: scene.configFile, outDir: distDir });
  const operable = scene.emulator !== undefined;
  const stack = await startStack({
    distDir,
    env: scene.env,
    port,
    sweep: operable,
    onLine: hear,
    onEvent: see,
  });
  // Whose accounts are real has them, and the secrets, in the environment already.
  const removeStackFile = operable ? await writeStackFile({ ...scene.env, ...stack.env }) : undefined;
  try {
    const told = await tellDeletion(scene, stack);
    if (onlyStory) process.exitCode = told ? 0 : 1;
    else {
      const { source, key } = scene;
      console.log(nextCommands({ url: stack.url, source, key, operable }));
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    }
  } finally {
    await removeStackFile?.();
    await stack.close();
    await scene.close();
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

/** @returns whether the tasks are gone in the end. */
async function tellDeletion(scene: Scene, stack: Stack): Promise<boolean> {
  const { image, repository, source, key } = scene;
  const name = `${image.namespace}/${image.repository}`;
  console.log(`The local stack is up. ${name} in SWR has ${await scene.countTasks()} synchronization tasks.`);
  console.log(`${source} reports that ${repository} was deleted:\n`);
  const { body, headers } = signGitHubDeletion(repository, key);
  story.restart();
  const response = await fetch(`${stack.url}/webhooks/${source}`, { method: 'POST', headers, body });
  story.tell(`${''.padEnd(8)} ${'answered'.padEnd(9)} ${response.status} ${response.statusText}`);
  const { id } = v.parse(answerSchema, await response.json());
  if (id !== undefined) await waitUntil(() => isOver(id));
  const left = await scene.countTasks();
  story.tell(`${''.padEnd(8)} ${left === 0 ? 'gone     ' : 'not gone '} ${name} has ${left} tasks left`);
  return response.status === 202 && left === 0;
}

/** Whether a request has come to its end, and everything about it was told. */
function isOver(id: string): boolean {
  const cleaned = lines.find((line) => line.event === 'cleaned' && line['id'] === id);
  const deletions = events.filter((event) => event['detail-type'] === 'Sync Task Deleted');
  const notAnnounced = lines.some(({ event }) => event === 'not announced');
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
