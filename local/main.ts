/** `npm start`: the service on this machine, and the story of one deletion. See README.md. */
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.ts';
import { messageOf, ROOT, runCommand, UsageError } from '../scripts/command-line.ts';
import { nextCommands } from './next-commands.ts';
import { signGitHubDeletion } from './sample-deletion.ts';
import { type Scene, setScene } from './scene.ts';
import { type Stack, startStack } from './stack.ts';
import { type LogLine, parseLine, Story, tellLine } from './story.ts';

const STORY_LIMIT_MS = 60_000;

const story = new Story((line) => console.log(line));
const lines: LogLine[] = [];
let onLine: () => void = () => {};

await runCommand(async () => {
  const { once: onlyStory, config, repository, port } = readOptions();
  const scene = await setScene({ configFile: config, repository });
  const distDir = join(ROOT, 'dist');
  await build({ stage: scene.stage, configFile: scene.configFile, outDir: distDir });
  const stack = await startStack({ distDir, env: scene.env, port, onLine: hear });
  try {
    const told = await tellDeletion(scene, stack);
    if (onlyStory) process.exitCode = told ? 0 : 1;
    else {
      console.log(nextCommands(stack.url, scene.source, scene.key));
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    }
  } finally {
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
  const line = parseLine(text);
  story.tell(line === undefined ? text : tellLine(line));
  if (line !== undefined) lines.push(line);
  onLine();
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
  if (response.status === 202) await lineOf('cleaned', headers['X-GitHub-Delivery'] ?? '');
  const left = await scene.countTasks();
  story.tell(`${''.padEnd(8)} ${left === 0 ? 'gone     ' : 'not gone '} ${name} has ${left} tasks left`);
  return response.status === 202 && left === 0;
}

async function lineOf(event: string, id: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, STORY_LIMIT_MS);
  onLine = () => {
    if (lines.some((line) => line.event === event && line['id'] === id)) resolve();
  };
  onLine();
  await promise;
  clearTimeout(timer);
  onLine = () => {};
}
