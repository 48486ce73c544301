import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Content } from '../../cli/send/signatures.ts';
import { messageOf, ROOT } from '../../command-line/options.ts';
import { httpRequest } from '../../lib/http/http-request.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { EMULATOR_REGION } from './aws.ts';
import { type Outputs, STAGE } from './stack.ts';

/** The organization that all events are about. */
export const ORGANIZATION = 'acme-images';
const TOOL = join(ROOT, 'cli/swr-sync.mjs');

/** The deployed stage. */
export interface Deployment {
  readonly endpoint: URL;
  readonly environment: Readonly<Record<string, string>>;
  readonly outputs: Outputs;
  readonly emulator: Emulator;
  readonly gitHubSecret: string;
  /** Packages and deploys the stage again, as `npm run deploy` does. */
  readonly redeploy: () => Promise<unknown>;
  readonly step: Step;
  readonly cleanUp: CleanUp;
}

/** Runs a step and prints it, with its result if that is a text, the time since the start and the time that it took. */
export type Step = <T>(name: string, run: () => Promise<T>) => Promise<T>;

/** Has something removed in the end. */
export type CleanUp = (remove: () => Promise<unknown>) => void;

export function startSteps(): Step {
  const start = performance.now();
  return async (name, run) => {
    const from = performance.now();
    const print = (mark: string, detail: string) => {
      const now = performance.now();
      console.log(`${seconds(now - start).padStart(8)}  ${mark} ${name}${detail} (${seconds(now - from)})`);
    };
    try {
      const result = await run();
      print('ok  ', typeof result === 'string' ? `: ${result}` : '');
      return result;
    } catch (error) {
      print('FAIL', '');
      throw error;
    }
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Removes what was created last first. A failure is printed, and keeps nothing else from being removed. */
export function cleanUpWith(opened: AsyncDisposableStack): CleanUp {
  return (remove) =>
    opened.defer(async () => {
      await remove().catch((error: unknown) => console.error(`While cleaning up: ${messageOf(error)}`));
    });
}

/** Lists the tasks in SWR, one text each. */
export function describeTasks({ cloud }: Emulator, repository?: string): string[] {
  const tasks = repository === undefined ? cloud.tasks() : cloud.tasks(ORGANIZATION, repository);
  return tasks.map(
    ({ namespace, repoName, remoteRegionId, remoteNamespace }) =>
      `${namespace}/${repoName} to ${remoteRegionId}/${remoteNamespace}`,
  );
}

/** Sends a webhook of GitHub to the deployed HTTP API. @returns the status and body of the answer. */
export async function postWebhook(
  { endpoint, outputs }: Deployment,
  { body, headers }: Content,
  expectedStatus: number,
): Promise<string> {
  const answer = await httpRequest({
    method: 'POST',
    url: new URL('/webhooks/github', endpoint),
    // All HTTP APIs share the address of the emulator.
    headers: { ...headers, Host: `${outputs['HttpApiId']}.execute-api.localhost:${endpoint.port}` },
    body,
    timeoutMs: 30_000,
    maxBodyBytes: 1024 * 1024,
  });
  assert.equal(answer.status, expectedStatus, `the webhook was answered ${answer.status}: ${answer.body}`);
  return `${answer.status} ${answer.body}`;
}

/** Runs `swr-sync` against the deployed stage, in a process of its own, and parses the document that it prints. */
export async function runSwrSync({ environment }: Deployment, args: readonly string[]): Promise<unknown> {
  const options = ['--stage', STAGE, '--region', EMULATOR_REGION, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [TOOL, ...args, ...options], {
    cwd: ROOT,
    env: environment,
  });
  return JSON.parse(stdout);
}
