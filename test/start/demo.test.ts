import { expect, test } from '@jest/globals';
import { createLog } from '../../lib/log.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { isMetric, parseLine, tellEvent, tellLine } from '../../start/demo.ts';

const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
const image = { namespace: 'acme-images', repository: 'api' };

test.each([
  {
    event: 'deleted',
    fields: { ...image, target: 'cn-east-3/acme-dr' },
    told: 'acme-images/api to cn-east-3/acme-dr',
  },
  { event: 'kept', fields: { ...image, reason: 'denied' }, told: 'acme-images/api (denied)' },
  { event: 'listed', fields: { ...image, tasks: 2, ms: 7 }, told: 'acme-images/api has 2 tasks (7 ms)' },
  { event: 'not published', fields: { count: 3, message: 'away' }, told: '3 events: away' },
  {
    event: 'found',
    fields: { ...image, target: 'x/y', reasons: ['one', 'other'] },
    told: 'to x/y (one, other)',
  },
  {
    event: 'sweep finished',
    fields: { state: 'dry run', found: 1, tasks: 9 },
    told: 'dry run: 1 of 9 tasks',
  },
  { event: 'something new', fields: { number: 1 }, told: '"number":1' },
])('$event is told for a person who watches', ({ event, fields, told }) => {
  const printed: string[] = [];
  createLog({ function: 'clean' }, (line) => printed.push(line)).info(event, fields);
  const line = parseLine(printed[0] ?? '');
  const text = line && tellLine(line);
  expect(text).toContain(`clean    ${event.padEnd(9)} `);
  expect(text).toContain(told);
});

test('what is no line of a log is left as it is', () => {
  expect(parseLine('Warning: something')).toBeUndefined();
});

test('metrics are told apart from what is to be read', () => {
  const printed: string[] = [];
  const write = (line: string) => void printed.push(line);
  const metrics = new Metrics({ stage: 'test', function: 'sweep', write });
  metrics.add('SweepsRefused', 1);
  metrics.flush();
  createLog({}, (line) => printed.push(line)).info('deleted');
  expect(printed.map(isMetric)).toEqual([true, false]);
});

test.each([
  {
    why: 'a deletion',
    type: 'Sync Task Deleted',
    detail: { request: image, repository: 'api', target: DR },
    told: 'told      Sync Task Deleted, acme-images/api to cn-east-3/acme-dr',
  },
  {
    why: 'a whole repository',
    type: 'Sync Task Kept',
    detail: { request: image, repository: 'api', reason: 'denied' },
    told: 'told      Sync Task Kept, acme-images/api',
  },
  { why: 'a sweep', type: 'Sweep Finished', detail: { id: '1' }, told: 'told      Sweep Finished' },
  {
    why: 'what a rule leads into the queue',
    type: 'Repository Deleted',
    detail: image,
    queued: true,
    told: 'queued    Repository Deleted from shop',
  },
])('an event is told: $why', ({ type, detail, queued = false, told }) => {
  expect(tellEvent({ source: 'shop', 'detail-type': type, detail, queued })).toBe(`bus      ${told}`);
});
