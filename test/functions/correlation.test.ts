import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { signSample } from '../../cli/send/senders.ts';
import { Table } from '../../lib/aws/table.ts';
import { History } from '../../lib/ledger/history.ts';
import type { PublishedEvent } from '../../local/bus.ts';
import { type Emulator, localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type LogLine, parseLine } from '../../start/describe-line.ts';
import { buildStage } from '../support/built-stage.ts';
import { setVariables } from '../support/environment.ts';
import { parseMetricLine } from '../support/metric-line.ts';
import { waitUntil } from '../support/wait-until.ts';

const GITHUB_SECRET = 'github-secret-of-this-test';
const answerSchema = v.object({ id: v.optional(v.string()) });

let built: Awaited<ReturnType<typeof buildStage>>;
let emulator: Emulator;
let stack: Stack;
let restore: () => void;
const printed: string[] = [];
const events: PublishedEvent[] = [];

/** The bundles as they are deployed, with every line that they can print. */
beforeAll(async () => {
  [built, emulator] = await Promise.all([buildStage('local'), startEmulator({ seed: localSeed })]);
  stack = await startStack({
    distDir: built.distDir,
    env: {
      LOG_LEVEL: 'debug',
      ...emulator.env,
      GITHUB_WEBHOOK_SECRET: GITHUB_SECRET,
      STANDARD_WEBHOOKS_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
    },
    onLine: (line) => printed.push(line),
    onEvent: (event) => events.push(event),
  });
  restore = setVariables(stack.env);
}, 30_000);

afterAll(async () => {
  restore();
  await stack.close();
  await emulator.close();
  await built.remove();
});

async function deliver(repository: string, secret = GITHUB_SECRET) {
  const { headers, body } = signSample('github', { repository: `acme/${repository}` }, secret);
  const answer = await fetch(`${stack.url}/webhooks/github`, { method: 'POST', headers, body });
  const { id = '' } = v.parse(answerSchema, await answer.json());
  return { id, deliveryId: headers['X-GitHub-Delivery'] ?? '', status: answer.status };
}

/** Lines that a function has printed since then, without metrics. */
function linesOf(name: string, since: number): LogLine[] {
  const lines = printed.slice(since).flatMap((line) => parseLine(line) ?? []);
  return lines.filter((line) => line.function === name && line.event !== 'metrics');
}

const eventsOf = (lines: readonly LogLine[]) => lines.map(({ event }) => event);

test('one id leads from the webhook to every deletion, through all that is written on the way', async () => {
  const since = printed.length;
  const { id, deliveryId, status } = await deliver('hello-world');
  expect(status).toBe(202);
  const ended = () => linesOf('clean', since).some(({ event }) => event === 'cleaned');
  await waitUntil('it is cleaned', ended);

  const received = linesOf('receive', since);
  expect(eventsOf(received)).toEqual(['received', 'verified', 'routed', 'queued']);
  // The sender's own id is in every line; that of the requests is made of what was verified.
  expect(received).toMatchObject(received.map(() => ({ deliveryId })));
  const [awsRequestId, ...others] = new Set(received.map((line) => line['awsRequestId']));
  expect(awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(others).toEqual([]);
  expect(received.slice(2)).toMatchObject([{ id }, { id }]);

  const cleaned = linesOf('clean', since);
  expect(eventsOf(cleaned)).toEqual(
    expect.arrayContaining(['requested', 'called', 'listed', 'deleted', 'cleaned']),
  );
  expect(cleaned.filter((line) => line['id'] !== id)).toEqual([]);
  expect(new Set(cleaned.map((line) => line['messageId'])).size).toBe(1);
  expect(new Set(cleaned.map((line) => line['awsRequestId'])).size).toBe(1);

  // The first request has logged in for all.
  const logins = linesOf('clean', 0).filter(({ event }) => event === 'token');
  expect(logins).toMatchObject([{ id: expect.stringMatching(/^webhook:github:[0-9a-f]{64}$/) }]);

  const told = () => events.filter(({ detail }) => JSON.stringify(detail).includes(`"id":"${id}"`));
  await waitUntil('the deletions are published', () => told().length === 2);
  const entries = await Array.fromAsync(new History(new Table(stack.ledger.table)).ofDelivery(id));
  expect(entries.map(({ kind }) => kind)).toEqual(['request', 'task', 'task']);
});

test('it leads on through what comes back, and into the dead-letter queue', async () => {
  emulator.fault('listSyncTasks', { status: 503 });
  emulator.fault('listSyncTasks', { status: 403, code: 'SVCSTG.SWR.4030170' }, { nth: 2 });
  const since = printed.length;
  const first = await deliver('web');
  const about = (id: string) => linesOf('clean', since).filter((line) => line['id'] === id);
  await waitUntil('it is retried', () => eventsOf(about(first.id)).includes('retried'));
  const second = await deliver('web');
  await waitUntil('it is dead-lettered', () => eventsOf(about(second.id)).includes('dead-lettered'));
  expect(linesOf('clean', since).filter(({ id }) => id !== first.id && id !== second.id)).toEqual([]);
  const [letter] = stack.queues.deadLetters();
  expect(JSON.parse(letter?.attributes['request'] ?? '')).toMatchObject({ id: second.id });
});

test('a rejected delivery can be found by the id of its invocation', async () => {
  const since = printed.length;
  expect(await deliver('web', 'another secret')).toMatchObject({ status: 401 });
  const lines = linesOf('receive', since);
  expect(eventsOf(lines)).toEqual(['received', 'rejected']);
  expect(new Set(lines.map((line) => line['awsRequestId'])).size).toBe(1);
});

test('an invocation ends with one line of what was measured', async () => {
  const since = printed.length;
  const measured = (name: string) => {
    const lines = printed.slice(since).filter((line) => line.startsWith('{"_aws":'));
    return lines.map(parseMetricLine).filter(({ fields }) => fields['function'] === name);
  };
  emulator.cloud.addRepository('acme-images', 'measured');
  for (const remoteNamespace of ['acme-dr', 'acme-apac']) {
    const subject = { namespace: 'acme-images', repository: 'measured' };
    emulator.cloud.addTask({ ...subject, remoteRegionId: 'cn-east-3', remoteNamespace });
  }
  await deliver('measured');
  await waitUntil('it is measured', () => measured('clean').length > 0);
  expect(measured('receive').map(({ values }) => values)).toEqual([{ WebhooksAccepted: [1] }]);
  const [line] = measured('clean');
  expect(line?.values).toMatchObject({
    Requests: [1],
    TasksDeleted: [2],
    EventAge: [expect.any(Number), expect.any(Number)],
  });
  expect(line?.values['SwrLatency']).toHaveLength(3);
  const [listed] = linesOf('clean', since);
  expect(line?.fields).toMatchObject({ Stage: 'local', awsRequestId: listed?.['awsRequestId'] });
});
