import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { Table } from '../../lib/aws/table.ts';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import { failedOutcomes } from '../../lib/cleanup/outcome.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { History, type TaskEntry } from '../../lib/ledger/history.ts';
import { resourceNamesOf } from '../../lib/resource-names.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { forward } from '../../local/loopback/forward.ts';
import { acmeAccount, acmeConfig } from './acme-config.ts';
import { SECRET, startCloud } from './cloud.ts';
import { noHurry } from './deadline.ts';
import { AWS_ACCESS, replaceEnvironment, setVariables } from './environment.ts';
import { type LoopbackServer, respond, startLoopbackServer } from './loopback-server.ts';
import { recordLog } from './recorded-log.ts';
import { type Ran, type Running, startCli } from './run-cli.ts';
import { startSts } from './sts.ts';
import { type FakeSwitches, startSwitches } from './switches.ts';

const STAGE = 'test';

type Variables = Readonly<Record<string, string | undefined>>;

/** Both clouds on loopback with a deployed stage `test`, and the CLI, which runs in this process. */
export interface Operating {
  readonly cloud: Emulator;
  readonly sqs: FauxqsServer;
  readonly names: ReturnType<typeof resourceNamesOf>;
  readonly ledger: DynamoLedger;
  readonly history: History;
  readonly eventBridge: LoopbackServer;
  readonly sts: LoopbackServer;
  readonly switches: FakeSwitches;
  /** Current directory of the CLI. */
  readonly folder: string;
  /** Environment of the CLI. */
  readonly environment: Readonly<Record<string, string>>;
  urlOf(queue: string): string;
  /**
   * Starts a command, one at a time.
   *
   * @param environment differences; undefined variables are not set.
   */
  start(command: string, environment?: Variables): Running;
  run(command: string, environment?: Variables): Promise<Ran>;
  /** @returns the parsed result of a command that has to succeed. */
  json(command: string, environment?: Variables): Promise<unknown>;
  /** Writes the configuration of a stage with one account, `main`, unless a section says otherwise. */
  writeConfig(name: string, sections?: object): Promise<void>;
  /** Deletes all tasks of a repository as the service does, with an entry in the ledger. */
  deleteTasks(id: string, namespace: string, repository: string): Promise<void>;
  /** Entries of the ledger about the tasks of a repository. */
  taskEntries(namespace: string, repository: string): Promise<TaskEntry[]>;
  close(): Promise<void>;
}

/** Starts the stage before the tests of a file, forgets faults and calls after each of them, and closes all at the end. */
export function useOperating(): Operating {
  // Empty until `beforeAll`.
  const operating: Operating = Object.create(null);
  beforeAll(async () => {
    Object.assign(operating, await startOperating());
  });
  afterEach(() => {
    operating.cloud.clearFaults();
    operating.cloud.journal.clear();
  });
  afterAll(() => operating.close());
  return operating;
}

async function startOperating(): Promise<Operating> {
  const names = resourceNamesOf(STAGE);
  const [cloud, sqs, dynamoDb, eventBridge, sts, switches, folder] = await Promise.all([
    startCloud(),
    startFauxqs({ port: 0, logger: false }),
    startDynamoDb(names.ledgerTable),
    startLoopbackServer((response, request) =>
      respond(response, 200, switches.answerRule(request) ?? { Name: names.eventBus, Entries: [] }),
    ),
    startSts(),
    startSwitches(names),
    mkdtemp(join(tmpdir(), 'operating-')),
  ]);
  for (const queue of [names.cleanupQueue, names.deadLetterQueue, names.sweepQueue]) sqs.createQueue(queue);
  // The CLI waits a second for a queue that seems to be empty. On loopback no message is late.
  const sqsAtOnce = await startLoopbackServer((response, { headers, body }) => {
    const hurried = body.replace(/"WaitTimeSeconds":\d+/, '"WaitTimeSeconds":0');
    forward(`http://127.0.0.1:${sqs.port}`, headers, hurried).then(
      (answer) =>
        response.writeHead(answer.status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(answer.text),
      () => response.destroy(),
    );
  });
  const aws = {
    ...AWS_ACCESS,
    AWS_ENDPOINT_URL_SQS: sqsAtOnce.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_LAMBDA: switches.url,
    AWS_ENDPOINT_URL_APIGATEWAYV2: switches.url,
  };
  const restore = setVariables(aws);
  const environment = {
    ...aws,
    PATH: process.env['PATH'] ?? '',
    // Nobody's profile.
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    STAGE,
    HUAWEI_CLOUD_CREDENTIALS: SECRET,
  };
  const account = acmeAccount(cloud.url);
  const writeConfig = async (name: string, sections?: object) => {
    await mkdir(join(folder, 'config'), { recursive: true });
    // JSON is YAML.
    const text = JSON.stringify({ accounts: { main: account }, ...sections });
    await writeFile(join(folder, 'config', `${name}.yml`), text);
  };
  await writeConfig(STAGE, {
    accounts: { main: account, other: account },
    safety: { deny: ['platform/**'], maxTasksPerRequest: 20 },
  });
  const start: Operating['start'] = (command, differences = {}) => {
    const putBack = replaceEnvironment({ ...environment, ...differences });
    const { interrupt, ended } = startCli(command.split(/ +/), folder);
    return { interrupt, ended: ended.finally(putBack) };
  };
  const table = new Table(names.ledgerTable);
  const history = new History(table);
  const ledger = new DynamoLedger({ table, defaultAccount: 'main', retentionDays: 90 });
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
    sts,
    switches,
    folder,
    environment,
    urlOf: (queue) => `http://127.0.0.1:${sqs.port}/000000000000/${queue}`,
    start,
    run: (command, differences) => start(command, differences).ended,
    async json(command, differences) {
      const { status, stdout, stderr } = await start(`${command} --json`, differences).ended;
      if (status !== 0) throw new Error(`${command}: exit status ${status}\n${stderr}`);
      return JSON.parse(stdout);
    },
    writeConfig,
    async deleteTasks(id, namespace, repository) {
      const request = { version: 1, id, source: 'test', namespace, repository } as const;
      const { outcomes } = await cleaner.clean(request, noHurry);
      const [failure] = failedOutcomes(outcomes);
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
        sts.close(),
        switches.close(),
        sqsAtOnce.close(),
      ]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
