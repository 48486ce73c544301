import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { UsageError } from '../../command-line/options.ts';
import { listen } from '../../local/loopback/listen.ts';
import { EMULATOR_REGION, waitFor } from './aws.ts';

/** The version that this test was written for. */
const VERSION = '1.5.33';

const HOW_TO_INSTALL = `The end-to-end test needs MiniStack, an AWS emulator, and found neither a command "ministack" nor a Python module of that name.
Install it:
  pip install ministack==${VERSION}
or start its container, and say where it is (it needs Node.js 24 to run the functions with):
  docker run --rm --network host -e AUTH=true ministackorg/ministack
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 npm run rehearse`;

/** @throws {UsageError} if it isn't installed. */
export function findMiniStack(): string[] {
  const candidates = [['ministack'], ['python3', '-m', 'ministack']];
  const found = candidates.find(([command = '', ...args]) => {
    const { status } = spawnSync(command, [...args, '--help'], { stdio: 'ignore' });
    return status === 0;
  });
  if (found === undefined) throw new UsageError(HOW_TO_INSTALL);
  return found;
}

/** Starts it on a free port of 127.0.0.1; everything that it writes is in a folder that `stop` removes. */
export async function startMiniStack([command = '', ...args]: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-rehearsal-'));
  const logFile = join(folder, 'ministack.log');
  const port = await findFreePort();
  const child = spawn(command, args, {
    cwd: folder,
    env: createEnvironment(folder, port),
    // A group of its own: Ctrl-C then reaches only this process, which stops MiniStack and the functions under it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = once(child, 'close');

  const url = new URL(`http://127.0.0.1:${port}`);

  return {
    url,
    /** Resolves once it answers; rejects with its output if it doesn't. */
    async ready(): Promise<void> {
      try {
        await waitFor('MiniStack to answer', () => isReady(url, child.exitCode), 30_000);
      } catch (error) {
        throw new Error(`MiniStack did not start:\n${await readFile(logFile, 'utf8')}`, { cause: error });
      }
    },
    async stop(): Promise<void> {
      signalGroup(child.pid, 'SIGTERM');
      const killing = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 5_000);
      await exited;
      clearTimeout(killing);
      // The functions are its children, and may outlive it.
      signalGroup(child.pid, 'SIGKILL');
      log.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createEnvironment(folder: string, port: number): NodeJS.ProcessEnv {
  const { PATH = '', HOME, LANG, PYTHONPATH, LD_LIBRARY_PATH } = process.env;
  // The functions inherit all of this; like on Lambda, it holds nothing of the machine that it need not hold.
  return {
    HOME,
    LANG,
    PYTHONPATH,
    LD_LIBRARY_PATH,
    // It runs the functions with the first `node` of the path: this one.
    PATH: [dirname(process.execPath), PATH].join(delimiter),
    TMPDIR: folder,
    STATE_DIR: folder,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_REGION: EMULATOR_REGION,
    LAMBDA_EXECUTOR: 'local',
    // Signatures are checked and policies apply, so that a role which lacks a permission fails here, and not on AWS.
    AUTH: 'true',
    // Listeners of services that the stack has no use for.
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
  };
}

async function findFreePort(): Promise<number> {
  const { url, close } = await listen(createServer());
  await close();
  return Number(new URL(url).port);
}

async function isReady(url: URL, exitCode: number | null): Promise<true | undefined> {
  if (exitCode !== null) throw new Error(`it ended with status ${exitCode}`);
  const answer = await fetch(new URL('/_ministack/health', url)).catch(() => undefined);
  return answer?.ok ? true : undefined;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
