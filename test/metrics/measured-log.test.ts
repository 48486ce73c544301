import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createLog } from '../../lib/log.ts';
import { measureLog, type Rules } from '../../lib/metrics/measured-log.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { cleanRules } from '../../lib/metrics/rules/clean.ts';
import { receiveRules } from '../../lib/metrics/rules/receive.ts';
import { sweepRules } from '../../lib/metrics/rules/sweep.ts';
import { parseMetricLine } from '../support/metric-line.ts';

function measure(rules: Rules, level = 'info') {
  const lines: string[] = [];
  const written: string[] = [];
  const metrics = new Metrics({ stage: 'test', function: 'clean', write: (line) => written.push(line) });
  const log = measureLog(
    createLog({}, (line) => lines.push(line), level),
    metrics,
    rules,
  );
  const counted = () => {
    metrics.flush();
    return written.map((line) => parseMetricLine(line).values);
  };
  return { log, lines, counted };
}

test('a line is written as it would be without being counted', () => {
  const { log, lines } = measure(cleanRules);
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('deleted', { x: 1 });
  log.with({ id: 'r1' }).info('cleaned');
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: 'info', event: 'deleted', x: 1 },
    { level: 'warn', event: 'deleted', x: 1 },
    { level: 'error', event: 'deleted', x: 1 },
    { level: 'info', event: 'cleaned', id: 'r1' },
  ]);
});

test('a line that the level drops is counted all the same, and one that a part of the program writes', () => {
  const { log, lines, counted } = measure(cleanRules, 'error');
  log.debug('requested');
  log.with({ account: 'main' }).debug('called', { service: 'swr', ms: 12 });
  expect(lines).toEqual([]);
  expect(counted()).toEqual([{ Requests: [1], SwrLatency: [12] }]);
});

const failed = { code: 'HTTP_503' };
const noLedger = { code: 'LEDGER_UNAVAILABLE' };
const called = { method: 'GET', path: '/', status: 200, throttled: false, ms: 5 };

describe('counted is', () => {
  test.each<{ why: string; rules: Rules; event: string; fields?: object; metrics: object }>([
    { why: 'accepted', rules: receiveRules, event: 'queued', metrics: { WebhooksAccepted: [1] } },
    { why: 'ignored', rules: receiveRules, event: 'ignored', metrics: { WebhooksIgnored: [1] } },
    {
      why: 'refused for want of a proof',
      rules: receiveRules,
      event: 'rejected',
      fields: { status: 401 },
      metrics: { WebhooksRejected: [1] },
    },
    {
      why: 'not readable',
      rules: receiveRules,
      event: 'rejected',
      fields: { status: 422 },
      metrics: { WebhooksRejected: [1] },
    },
    {
      why: 'one task that is gone, and how old its event is',
      rules: cleanRules,
      event: 'deleted',
      fields: { ageSeconds: 3.5 },
      metrics: { TasksDeleted: [1], EventAge: [3.5] },
    },
    {
      why: 'one task that is gone, of whose event nobody knows the age',
      rules: cleanRules,
      event: 'deleted',
      metrics: { TasksDeleted: [1] },
    },
    { why: 'a failure', rules: cleanRules, event: 'failed', fields: failed, metrics: { TasksFailed: [1] } },
    {
      why: 'a failure of the ledger',
      rules: cleanRules,
      event: 'failed',
      fields: noLedger,
      metrics: { TasksFailed: [1], LedgerFailures: [1] },
    },
    {
      why: 'a failure of the ledger at the end',
      rules: cleanRules,
      event: 'not closed',
      fields: noLedger,
      metrics: { LedgerFailures: [1] },
    },
    {
      why: 'a failure of the ledger in a sweep',
      rules: sweepRules,
      event: 'step failed',
      fields: noLedger,
      metrics: { LedgerFailures: [1] },
    },
    {
      why: 'a source that can not be used',
      rules: receiveRules,
      event: 'unusable',
      fields: { of: 'source github' },
      metrics: { SecretsUnusable: [1] },
    },
    { why: 'given back', rules: cleanRules, event: 'retried', metrics: { Retried: [1] } },
    { why: 'taken by no queue', rules: cleanRules, event: 'not settled', metrics: { Retried: [1] } },
    { why: 'not begun', rules: cleanRules, event: 'not begun', metrics: { Retried: [1] } },
    {
      why: 'a call to SWR',
      rules: cleanRules,
      event: 'called',
      fields: { ...called, service: 'swr' },
      metrics: { SwrLatency: [5] },
    },
    {
      why: 'a call to IAM',
      rules: sweepRules,
      event: 'called',
      fields: { ...called, service: 'iam' },
      metrics: { IamLatency: [5] },
    },
    {
      why: 'a call that was throttled',
      rules: cleanRules,
      event: 'called',
      fields: { ...called, service: 'swr', throttled: true },
      metrics: { SwrLatency: [5], Throttles: [1] },
    },
    {
      why: 'a sweep',
      rules: sweepRules,
      event: 'sweep finished',
      fields: { state: 'applied', tasks: 12, found: 2, unread: 0 },
      metrics: {
        SweepsFinished: [1],
        SweepsRejected: [0],
        SweepTasksSeen: [12],
        SweepTasksFound: [2],
        SweepRepositoriesUnread: [0],
      },
    },
    {
      why: 'a sweep that found too much',
      rules: sweepRules,
      event: 'sweep finished',
      fields: { state: 'rejected', tasks: 12, found: 12, unread: 0 },
      metrics: expect.objectContaining({ SweepsFinished: [1], SweepsRejected: [1] }),
    },
  ])('$event: $why', ({ rules, event, fields, metrics }) => {
    const { log, counted } = measure(rules);
    log.info(event, { ...fields });
    expect(counted()).toEqual([metrics]);
  });

  test.each([
    { why: 'no webhook of a source', rules: receiveRules, event: 'rejected', fields: { status: 404 } },
    { why: 'no webhook of a source', rules: receiveRules, event: 'rejected', fields: { status: 405 } },
    {
      why: "our fault, and the HTTP API's to count",
      rules: receiveRules,
      event: 'rejected',
      fields: { status: 503 },
    },
    {
      why: 'a delivery of a source whose silence is normal',
      rules: receiveRules,
      event: 'verified',
      fields: { source: 'github' },
    },
    { why: 'another failure', rules: cleanRules, event: 'not closed', fields: failed },
    { why: 'nothing to count', rules: cleanRules, event: 'listed', fields: { tasks: 2, ms: 3 } },
  ])('nothing for $event: $why', ({ rules, event, fields }) => {
    const { log, counted } = measure(rules);
    log.info(event, fields);
    expect(counted()).toEqual([]);
  });
});

test('only what somebody logs is counted', () => {
  const root = join(import.meta.dirname, '../..');
  const files = globSync('lib/**/*.ts', { cwd: root }).filter((file) => !file.startsWith('lib/metrics/'));
  const source = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const events = [receiveRules, cleanRules, sweepRules].flatMap((rules) => Object.keys(rules));
  expect(events.filter((event) => !source.includes(`'${event}'`))).toEqual([]);
});
