import { randomBytes } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { signSample } from '../../cli/send/senders.ts';
import { ROOT } from '../../command-line/options.ts';
import { startFaultProxy } from '../../e2e/soak/fault-proxy.ts';
import { Random } from '../../e2e/soak/random.ts';
import { Tally } from '../../e2e/soak/tally.ts';
import { type Item, toAttributes } from '../../lib/aws/item.ts';
import { Table } from '../../lib/aws/table.ts';
import { startEmulator } from '../../local/huaweicloud/emulator.ts';
import { readResources } from '../../local/resources.ts';
import { startStack } from '../../local/stack.ts';
import { build } from '../../scripts/build.ts';
import type { Report } from '../report.ts';
import { type Scenario, wholeNumber } from '../scenario.ts';

interface CostsOptions {
  readonly deliveries: number;
  readonly tasks: number;
}

const ACCOUNT = { domain: 'bench-account', name: 'swr-sync-cleanup', password: 'only-for-the-emulator' };
const WRITE_UNIT_BYTES = 1024;
/** An event source receives each message and deletes it: with one message in a batch, two requests. */
const SQS_REQUESTS_PER_MESSAGE = 2;

const updateSchema = v.object({
  Key: v.object({ pk: v.object({ S: v.string() }), sk: v.object({ S: v.string() }) }),
});
const lineSchema = v.object({ event: v.string(), function: v.string() });
const indexesSchema = v.object({
  Properties: v.object({
    GlobalSecondaryIndexes: v.array(
      v.object({ KeySchema: v.array(v.object({ AttributeName: v.string() })) }),
    ),
  }),
});

/** Sends deletions one after the other through the local stack, and counts what AWS would bill. */
async function measureCosts({ deliveries, tasks }: CostsOptions, report: Report): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const { path: distDir } = opened.use(await mkdtempDisposable(join(tmpdir(), 'swr-sync-cleanup-costs-')));
  await build({ stage: 'local', configFile: join(ROOT, 'config/local.yml'), outDir: distDir });
  const emulator = await startEmulator({ seed: { users: [ACCOUNT] } });
  opened.defer(() => emulator.close());
  const numbers = Array.from({ length: deliveries }, (_, index) => index);
  for (const number of numbers) {
    const place = { namespace: 'acme-images', repository: `service-${number}` };
    emulator.cloud.addRepository(place.namespace, place.repository);
    for (let task = 0; task < tasks; task += 1)
      emulator.cloud.addTask({ ...place, remoteRegionId: 'cn-east-3', remoteNamespace: `acme-${task}` });
  }
  const tally = new Tally();
  const written = new Map<string, number>();
  const key = randomBytes(24).toString('hex');
  let cleaned = Promise.withResolvers<void>();
  const stack = await startStack({
    distDir,
    env: {
      ...emulator.env,
      GITHUB_WEBHOOK_SECRET: key,
      STANDARD_WEBHOOKS_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
      LOG_LEVEL: 'info',
    },
    onLine(line) {
      const { event, function: name } = v.parse(lineSchema, JSON.parse(line));
      tally.count('lines', event);
      tally.count('bytes', event, Buffer.byteLength(line));
      // The last line of an invocation.
      if (event === 'metrics' && name === 'clean') cleaned.resolve();
    },
    onEvent: () => tally.count('usage', 'EventBridge events'),
    async addressOf(service, address) {
      const proxy = await startFaultProxy({
        service: address,
        share: 0,
        outageEvery: 0,
        random: new Random(1),
        onFault: () => {},
        onDone(action, body) {
          if (service === 'SQS') tally.count('usage', 'SQS requests');
          if (service !== 'DYNAMODB') return;
          tally.count('usage', `ledger: ${action}`);
          if (action !== 'UpdateItem') return;
          const { pk, sk } = v.parse(updateSchema, JSON.parse(body)).Key;
          const id = JSON.stringify([pk.S, sk.S]);
          written.set(id, (written.get(id) ?? 0) + 1);
        },
      });
      opened.defer(() => proxy.close());
      return proxy.url;
    },
  });
  opened.defer(() => stack.close());
  for (const number of numbers) {
    cleaned = Promise.withResolvers();
    const { body, headers } = signSample(
      'github',
      { repository: `acme/service-${number}` },
      Buffer.from(key),
    );
    const { status } = await fetch(`${stack.url}/webhooks/github`, { method: 'POST', headers, body });
    if (status !== 202) throw new Error(`Delivery ${number} was answered ${status}`);
    await cleaned.promise;
  }
  tally.count('usage', 'SQS requests', SQS_REQUESTS_PER_MESSAGE * deliveries);
  Object.assign(process.env, stack.env, { AWS_ENDPOINT_URL_DYNAMODB: stack.ledger.endpoint });
  await countWriteUnits(new Table(stack.ledger.table), written, tally);

  const perDelivery = (group: string) =>
    Object.entries(tally.of(group)).map(([name, sum]) => ({ name, 'per delivery': sum / deliveries }));
  report.note(`\n${deliveries} deliveries of GitHub, one after the other, ${tasks} tasks each`);
  report.table('Usage', perDelivery('usage'));
  report.table('Log lines of the functions', [
    ...Object.entries(tally.of('bytes')).map(([name, bytes]) => ({
      event: name,
      lines: (tally.of('lines')[name] ?? 0) / deliveries,
      bytes: bytes / deliveries,
    })),
    { event: '(all)', lines: tally.sum('lines') / deliveries, bytes: tally.sum('bytes') / deliveries },
  ]);
}

/** Counts write units of the table and its indexes: each change of an entry is written to every index that has it. */
async function countWriteUnits(
  table: Table,
  written: ReadonlyMap<string, number>,
  tally: Tally,
): Promise<void> {
  const { LedgerTable } = await readResources('ledger.yml');
  const indexes = v.parse(indexesSchema, LedgerTable).Properties.GlobalSecondaryIndexes;
  for (const [id, changes] of written) {
    const [pk = '', sk = ''] = v.parse(v.array(v.string()), JSON.parse(id));
    const range = { name: 'sk', beginsWith: sk };
    for await (const item of table.query({ hash: ['pk', pk], range, limit: 1 })) {
      if (item['sk'] !== sk) continue;
      const units = Math.ceil(sizeOf(item) / WRITE_UNIT_BYTES);
      const having = indexes.filter(({ KeySchema }) => KeySchema.every((each) => each.AttributeName in item));
      tally.count('usage', 'ledger: write units of the table', units * changes);
      tally.count('usage', 'ledger: write units of the indexes', units * changes * having.length);
      tally.count('usage', 'ledger: those of indexes with keys only', units * having.length);
      tally.count('usage', 'ledger: bytes of entries', sizeOf(item));
    }
  }
}

/** Bytes of an item, as DynamoDB counts them: names and values. */
function sizeOf(item: Item): number {
  return Object.entries(toAttributes(item)).reduce((sum, [name, attribute]) => {
    const texts = 'SS' in attribute ? attribute.SS : Object.values(attribute).map(String);
    return sum + Buffer.byteLength(name) + Buffer.byteLength(texts.join(''));
  }, 0);
}

export const costs: Scenario = {
  name: 'costs',
  summary: 'Usage of AWS by a delivery: requests, write units of DynamoDB, log bytes.',
  addOptions: (command) =>
    command
      .option('--deliveries <number>', 'deliveries, one after the other', wholeNumber(), 100)
      .option('--tasks <number>', 'tasks of each repository', wholeNumber(), 2),
  run: measureCosts,
};
