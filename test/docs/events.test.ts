import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Safety } from '../../lib/cleanup/decide.ts';
import { cleanInvocation } from '../../lib/queue/clean-invocation.ts';
import { NO_COUNTS, type SweepReport } from '../../lib/sweep/ledger.ts';
import type { Fault, Operation } from '../../local/huaweicloud/emulator.ts';
import { type Cleaning, startCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { setVariables } from '../support/environment.ts';
import { eventSchemas, faultsOfEvent } from '../support/event-schemas.ts';
import { safety } from '../support/safety.ts';

const README = readFileSync(join(import.meta.dirname, '../../docs/events/README.md'), 'utf8');
const CREATED_AT = '2026-03-02T08:15:27.53183Z';
const EVENT = '2026-11-24T03:00:00.000Z';
const FORBIDDEN = { status: 403, code: 'SVCSTG.SWR.4030170' };

let cleaning: Cleaning;
beforeAll(async () => {
  cleaning = await startCleaning();
});
afterEach(() => {
  cleaning.cloud.clearFaults();
  cleaning.sqs.empty();
  cleaning.bus.clear();
  cleaning.recorded.clear();
});
// This fails if anything was sent that the schemas don't describe.
afterAll(() => cleaning.close());

let repositories = 0;

/** A repository that has a task to DR and one to APAC. */
function addRepository(namespace = 'acme'): string {
  repositories += 1;
  const repository = `app-${repositories}`;
  cleaning.cloud.cloud.addRepository(namespace, repository);
  for (const target of [DR, APAC]) {
    cleaning.cloud.cloud.addTask({ namespace, repository, ...target, syncAuto: true, createdAt: CREATED_AT });
  }
  return repository;
}

/** Published events, in a few words each. */
function announced(): string[] {
  return cleaning.bus.events
    .map(({ type, detail }) => {
      const { deadLettered, reason, failures, target } = detail;
      const codes = Array.isArray(failures) ? failures.map(({ code }: { code: string }) => code) : [];
      const where = Object.values(target ?? {}).join('/');
      const words = [
        type,
        where,
        reason,
        deadLettered === undefined ? undefined : `deadLettered ${JSON.stringify(deadLettered)}`,
        ...codes,
      ];
      return words.filter((word) => word !== undefined && word !== '').join(', ');
    })
    .toSorted();
}

interface Scenario {
  readonly why: string;
  readonly request?: object;
  readonly rules?: Partial<Safety>;
  readonly fault?: [Operation, Fault];
  readonly lastTry?: boolean;
  readonly told: readonly string[];
}

const DELETED = ['Sync Task Deleted, ap-southeast-1/acme-apac', 'Sync Task Deleted, cn-east-3/acme-dr'];
const scenarios: Scenario[] = [
  { why: 'both tasks go', told: DELETED },
  {
    why: 'one was gone already',
    request: { targets: [DR, EMEA] },
    told: ['Sync Task Deleted, cn-east-3/acme-dr'],
  },
  {
    why: 'it is a dry run',
    rules: { mode: 'dry-run' },
    told: ['Sync Task Kept, ap-southeast-1/acme-apac, dry run', 'Sync Task Kept, cn-east-3/acme-dr, dry run'],
  },
  { why: 'a rule denies it', rules: { deny: ['acme/**'] }, told: ['Sync Task Kept, denied'] },
  {
    why: 'the tasks are newer',
    request: { occurredAt: '2026-01-01T00:00:00Z' },
    told: [
      'Sync Task Kept, ap-southeast-1/acme-apac, newer than the event',
      'Sync Task Kept, cn-east-3/acme-dr, newer than the event',
    ],
  },
  {
    why: 'one waits for a person',
    request: { targets: [DR] },
    fault: ['deleteSyncTask', FORBIDDEN],
    told: ['Cleanup Failed, deadLettered true, SVCSTG.SWR.4030170'],
  },
  {
    why: 'nothing can be listed, ever',
    fault: ['listSyncTasks', FORBIDDEN],
    told: ['Cleanup Failed, deadLettered true, SVCSTG.SWR.4030170'],
  },
  { why: 'it will be tried again', fault: ['listSyncTasks', { status: 503 }], told: [] },
  {
    why: 'it was the last try',
    fault: ['listSyncTasks', { status: 503 }],
    lastTry: true,
    told: ['Cleanup Failed, deadLettered true, SVCSTG.SWR.5030000'],
  },
  {
    why: 'there are too many',
    rules: { maxTasksPerRequest: 1 },
    told: ['Cleanup Failed, deadLettered true, TOO_MANY_TASKS, TOO_MANY_TASKS'],
  },
  {
    why: 'there is no such account',
    request: { account: 'nobody' },
    told: ['Cleanup Failed, deadLettered true, UNKNOWN_ACCOUNT'],
  },
  {
    why: 'SWR can not have that name',
    request: { namespace: 'No Name' },
    told: ['Cleanup Failed, deadLettered true, INVALID_NAME'],
  },
];

test.each(scenarios)('of a message is told, where $why: $told', async (scenario) => {
  const { request, rules = {}, fault, lastTry = false, told } = scenario;
  const repository = addRepository();
  if (fault !== undefined) cleaning.cloud.fault(...fault);
  cleaning.sqs.put(cleanupRequest({ id: `queue:${repository}`, repository, occurredAt: EVENT, ...request }));
  const config = { safety: safety(rules) };
  await cleaning.workOff(cleaning.context({ config, maxReceiveCount: lastTry ? 1 : 5 }));
  expect(announced()).toEqual(told);
});

test('a deletion is told with the request, the repository, and the task as it was', async () => {
  const repository = addRepository();
  const request = cleanupRequest({
    id: `queue:${repository}`,
    source: 'github',
    repository,
    occurredAt: EVENT,
    targets: [DR],
  });
  cleaning.sqs.put(request);
  await cleaning.workOff();
  expect(cleaning.bus.detailsOf('Sync Task Deleted')).toEqual([
    {
      version: 1,
      stage: 'test',
      request,
      repository,
      target: DR,
      task: expect.objectContaining({ ...DR, syncAuto: true, createdAt: CREATED_AT }),
      outcome: 'deleted',
    },
  ]);
});

test('of an organization every repository is named', async () => {
  const one = addRepository('whole');
  const other = addRepository('whole');
  cleaning.sqs.put({ version: 1, id: 'whole', namespace: 'whole', occurredAt: EVENT });
  const rules = safety({ deny: [`whole/${other}`] });
  await cleaning.workOff(cleaning.context({ config: { safety: rules } }));
  const told = cleaning.bus.events.map(({ type, detail }) => `${type} ${String(detail['repository'])}`);
  expect(told.toSorted()).toEqual([
    `Sync Task Deleted ${one}`,
    `Sync Task Deleted ${one}`,
    `Sync Task Kept ${other}`,
  ]);
});

test('what can not be read is told without a request', async () => {
  cleaning.sqs.put('no request');
  await cleaning.workOff();
  expect(cleaning.bus.detailsOf('Cleanup Failed')).toMatchObject([
    { deadLettered: true, failures: [{ code: 'UNREADABLE' }] },
  ]);
  expect(cleaning.bus.detailsOf('Cleanup Failed')[0]).not.toHaveProperty('request');
});

describe('of an invocation is told', () => {
  async function invoke(payload: unknown): Promise<void> {
    const context = cleaning.context();
    await cleanInvocation(payload, 'invocation', noHurry, context);
    await context.bus.flush();
  }

  test('what was deleted, and what failed although nothing is dead-lettered', async () => {
    const repository = addRepository();
    cleaning.cloud.fault('deleteSyncTask', { status: 503 }, { nth: 2 });
    await invoke({ namespace: 'acme', repository });
    expect(announced()).toEqual([
      'Cleanup Failed, deadLettered false, SVCSTG.SWR.5030000',
      expect.stringContaining('Sync Task Deleted'),
    ]);
    expect(cleaning.bus.detailsOf('Cleanup Failed')).toMatchObject([
      { request: { id: 'invoke:invocation', repository } },
    ]);
  });

  test('of an event only what is dead-lettered', async () => {
    const event = (detail: object) => ({
      id: 'event',
      source: 'forge.acme',
      'detail-type': 'Repository Deleted',
      time: EVENT,
      detail,
    });
    cleaning.cloud.fault('listSyncTasks', { status: 503 });
    await invoke(event({ namespace: 'acme', repository: addRepository() }));
    expect(announced()).toEqual([]);
    cleaning.cloud.clearFaults();
    cleaning.cloud.fault('listSyncTasks', FORBIDDEN);
    await invoke(event({ namespace: 'acme', repository: addRepository() }));
    await invoke(event({ namespace: 'acme', misspelt: 1 }));
    expect(announced()).toEqual([
      'Cleanup Failed, deadLettered true, SVCSTG.SWR.4030170',
      'Cleanup Failed, deadLettered true, UNREADABLE',
    ]);
  });
});

test.each(['rejected', 'dry run', 'applied'] as const)(
  'a sweep that is %s is told with its report',
  async (state) => {
    const report: SweepReport = {
      id: 'sweep-1',
      startedAt: EVENT,
      finishedAt: EVENT,
      state,
      mode: state === 'dry run' ? 'dry-run' : 'apply',
      maxPercent: 5,
      percent: 2.5,
      organizations: 1,
      counts: { ...NO_COUNTS, tasks: 40, found: 1, undecided: 2 },
      heldBack: 2,
      reasons: {
        'target organization is gone': 1,
        'source repository is gone': 0,
        'target is not allowed': 0,
      },
    };
    await cleaning.context().bus.publishSweep(report);
    expect(cleaning.bus.detailsOf('Sweep Finished')).toEqual([{ version: 1, stage: 'test', ...report }]);
  },
);

test('a bus that takes nothing changes nothing of what becomes of a request', async () => {
  const repository = addRepository();
  cleaning.sqs.put(cleanupRequest({ id: `queue:${repository}`, repository, occurredAt: EVENT }));
  cleaning.sqs.put('no request');
  const restore = setVariables({ AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:1' });
  try {
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
  } finally {
    restore();
  }
  expect(cleaning.cloud.cloud.tasks('acme', repository)).toEqual([]);
  expect(cleaning.sqs.deadLettered()).toHaveLength(1);
  const lines = cleaning.recorded
    .of('not published')
    .map(({ count, code }) => `${String(code)} ${Number(count)}`);
  expect(lines.toSorted()).toEqual(['ECONNREFUSED 1', 'ECONNREFUSED 2']);
});

describe('the documents', () => {
  const examples = README.split('\n### ')
    .slice(1)
    .map((section) => {
      const [, type = '', json = ''] = /^(.+)\n[^]*?```json\n([^]*?)```/.exec(section) ?? [];
      return { type, detail: JSON.parse(json) as unknown };
    });

  test('have an example and a row in the table for every schema', () => {
    const types = [...eventSchemas.keys()].toSorted();
    expect(examples.map(({ type }) => type).toSorted()).toEqual(types);
    for (const type of types) {
      const file = `${type.toLowerCase().replaceAll(' ', '-')}.schema.json`;
      expect(README).toContain(`[${file}](${file})`);
      expect(README).toContain(`| \`${type}\` |`);
    }
  });

  test.each(examples)('give an example of $type that fits its schema', ({ type, detail }) => {
    expect(faultsOfEvent(type, detail)).toEqual([]);
  });

  test.each(examples)('have a schema of $type that refuses what is wrong', ({ type, detail }) => {
    expect(faultsOfEvent(type, { ...Object(detail), version: 2 })).not.toEqual([]);
    expect(faultsOfEvent(type, { ...Object(detail), extra: 1 })).not.toEqual([]);
    expect(faultsOfEvent(type, {})).not.toEqual([]);
  });

  test('say the same of what several schemas have in common', () => {
    const seen = new Map<string, unknown>();
    for (const { $defs } of eventSchemas.values()) {
      for (const [name, definition] of Object.entries($defs)) {
        expect(definition).toEqual(seen.get(name) ?? definition);
        seen.set(name, definition);
      }
    }
    expect(seen.size).toBeGreaterThan(2);
  });
});
