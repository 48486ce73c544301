import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { ROOT } from '../../command-line/options.ts';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import { failuresOf } from '../../lib/cleanup/outcome.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { History, type TaskEntry } from '../../lib/ledger/history.ts';
import { resourceNamesOf } from '../../lib/resource-names.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { buildCli } from '../../scripts/build-cli.ts';
import { acmeAccount, acmeConfig } from './acme-config.ts';
import { forward } from './aws-proxy.ts';
import { SECRET, startCloud } from './cloud.ts';
import { noHurry } from './deadline.ts';
import { setVariables } from './environment.ts';
import { type LoopbackServer, respond, startLoopbackServer } from './loopback-server.ts';
import { recordLog } from './recorded-log.ts';

const STAGE = 'test';

/** A command that has ended. */
interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** Both clouds on loopback with a stage `test` deployed there, and the operator's tool, which runs as a process of its own. */
export interface Operating {
  readonly cloud: Emulator;
  readonly sqs: FauxqsServer;
  readonly names: ReturnType<typeof resourceNamesOf>;
  readonly ledger: DynamoLedger;
  readonly history: History;
  readonly eventBridge: LoopbackServer;
  /** The current directory of the tool. */
  readonly folder: string;
  /** What the tool sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  urlOf(queue: string): string;
  /** @param environment differences; what is undefined is not set. */
  start(args: readonly string[], environment?: Readonly<Record<string, string | undefined>>): Running;
  run(args: readonly string[], environment?: Readonly<Record<string, string | undefined>>): Promise<Ran>;
  /** @returns the parsed result of a command that has to succeed. */
  json(args: readonly string[]): Promise<unknown>;
  writeConfig(name: string, contents: object): Promise<void>;
  /** Deletes all tasks of a repository as the service does, with an entry in the ledger. */
  deleteTasks(id: string, namespace: string, repository: string): Promise<void>;
  /** What the ledger has about the tasks of a repository. */
  taskEntries(namespace: string, repository: string): Promise<TaskEntry[]>;
  close(): Promise<void>;
}

export async function startOperating(): Promise<Operating> {
  const names = resourceNamesOf(STAGE);
  const [cloud, sqs, dynamoDb, eventBridge, folder] = await Promise.all([
    startCloud(),
    startFauxqs({ port: 0, logger: false }),
    startDynamoDb(names.ledgerTable),
    startLoopbackServer((response) => respond(response, 200, { Name: names.eventBus, Entries: [] })),
    mkdtemp(join(tmpdir(), 'operating-')),
  ]);
  for (const queue of [names.cleanupQueue, names.deadLetterQueue, names.sweepQueue]) sqs.createQueue(queue);
  const aws = {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${sqs.port}`,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
  };
  const restore = setVariables(aws);
  // The tool waits a second for a queue that seems to be empty. On loopback no message is late.
  const sqsAtOnce = await startLoopbackServer((response, { headers, body }) => {
    const hurried = body.replace(/"WaitTimeSeconds":\d+/, '"WaitTimeSeconds":0');
    forward(aws.AWS_ENDPOINT_URL_SQS, headers, hurried).then(
      (answer) =>
        response.writeHead(answer.status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(answer.text),
      () => response.destroy(),
    );
  });
  const environment = {
    ...aws,
    AWS_ENDPOINT_URL_SQS: sqsAtOnce.url,
    PATH: process.env['PATH'] ?? '',
    // Nobody's profile.
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    // The tool is compiled once for all commands.
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
    STAGE,
    HUAWEI_CLOUD_CREDENTIALS: SECRET,
  };
  const writeConfig = async (name: string, contents: object) => {
    await mkdir(join(folder, 'config'), { recursive: true });
    // JSON is YAML.
    await writeFile(join(folder, 'config', `${name}.yml`), JSON.stringify(contents));
  };
  const account = acmeAccount(cloud.url);
  // As it is in the package: that starts several times as fast as the sources.
  const tool = join(folder, 'package/cli/swr-sync.mjs');
  await cp(join(ROOT, 'cli/swr-sync.mjs'), tool);
  await buildCli(join(folder, 'package/dist-cli'));
  await writeConfig(STAGE, {
    accounts: { main: account, other: account },
    safety: { deny: ['platform/**'], maxTasksPerRequest: 20 },
  });
  const start: Operating['start'] = (args, differences = {}) => {
    const env = Object.fromEntries(
      Object.entries({ ...environment, ...differences }).filter(([, value]) => value !== undefined),
    );
    const child = spawn(process.execPath, [tool, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
      ([stdout, stderr]) => ({ status: child.exitCode, stdout, stderr }),
    );
    return { child, ended };
  };
  const history = new History(names.ledgerTable);
  const ledger = new DynamoLedger({ table: names.ledgerTable, defaultAccount: 'main', retentionDays: 90 });
  const config = acmeConfig(cloud.url);
  const { log } = recordLog();
  const read = () => Promise.resolve(SECRET);
  const cleaner = new Cleaner({
    config,
    accounts: new Accounts(config.accounts, read, log),
    checkExistence: createCheckExistence(config, read),
    findSources: (place) => findSources(config.routes, place),
    ledger,
    log,
  });
  return {
    cloud,
    sqs,
    names,
    ledger,
    history,
    eventBridge,
    folder,
    environment,
    urlOf: (queue) => `http://127.0.0.1:${sqs.port}/000000000000/${queue}`,
    start,
    run: (args, differences) => start(args, differences).ended,
    async json(args) {
      const { status, stdout, stderr } = await start([...args, '--json']).ended;
      if (status !== 0) throw new Error(`${args.join(' ')}: exit status ${status}\n${stderr}`);
      return JSON.parse(stdout);
    },
    writeConfig,
    async deleteTasks(id, namespace, repository) {
      const request = { version: 1, id, source: 'test', namespace, repository } as const;
      const { outcomes } = await cleaner.clean(request, noHurry);
      const [failure] = failuresOf(outcomes);
      if (failure !== undefined) throw new Error(failure.message);
    },
    async taskEntries(namespace, repository) {
      const entries = await Array.fromAsync(history.ofRepository({ account: 'main', namespace, repository }));
      return entries.filter((entry) => entry.kind === 'task');
    },
    async close() {
      restore();
      await Promise.all([
        cloud.close(),
        sqs.stop(),
        dynamoDb.close(),
        eventBridge.close(),
        sqsAtOnce.close(),
      ]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
