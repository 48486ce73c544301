import { expect, test } from '@jest/globals';
import { createLog } from '../../lib/log.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { describeEvent, describeLine, isMetric, parseLine } from '../../start/describe-line.ts';

const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
const image = { namespace: 'acme-images', repository: 'api' };

test.each([
  {
    event: 'deleted',
    fields: { ...image, target: 'cn-east-3/acme-dr' },
    expected: 'acme-images/api to cn-east-3/acme-dr',
  },
  { event: 'kept', fields: { ...image, reason: 'denied' }, expected: 'acme-images/api (denied)' },
  { event: 'listed', fields: { ...image, tasks: 2, ms: 7 }, expected: 'acme-images/api has 2 tasks (7 ms)' },
  { event: 'not published', fields: { count: 3, message: 'away' }, expected: '3 events: away' },
  {
    event: 'found',
    fields: { ...image, target: 'x/y', reasons: ['one', 'other'] },
    expected: 'to x/y (one, other)',
  },
  {
    event: 'sweep finished',
    fields: { state: 'dry run', found: 1, tasks: 9 },
    expected: 'dry run: 1 of 9 tasks',
  },
  { event: 'something new', fields: { number: 1 }, expected: '"number":1' },
])('$event is described', ({ event, fields, expected }) => {
  const printed: string[] = [];
  createLog({ function: 'clean' }, (line) => printed.push(line)).info(event, fields);
  const line = parseLine(printed[0] ?? '');
  const text = line && describeLine(line);
  expect(text).toContain(`clean    ${event.padEnd(9)} `);
  expect(text).toContain(expected);
});

test('a line that is no log line is not parsed', () => {
  expect(parseLine('Warning: something')).toBeUndefined();
});

test('metrics are not printed', () => {
  const printed: string[] = [];
  const write = (line: string) => void printed.push(line);
  const metrics = new Metrics({ stage: 'test', function: 'sweep', write });
  metrics.add('SweepsRejected', 1);
  metrics.flush();
  createLog({}, (line) => printed.push(line)).info('deleted');
  expect(printed.map(isMetric)).toEqual([true, false]);
});

test.each([
  {
    why: 'a deletion',
    type: 'Sync Task Deleted',
    detail: { request: image, repository: 'api', target: DR },
    expected: 'published Sync Task Deleted, acme-images/api to cn-east-3/acme-dr',
  },
  {
    why: 'a whole repository',
    type: 'Sync Task Kept',
    detail: { request: image, repository: 'api', reason: 'denied' },
    expected: 'published Sync Task Kept, acme-images/api',
  },
  { why: 'a sweep', type: 'Sweep Finished', detail: { id: '1' }, expected: 'published Sweep Finished' },
  {
    why: 'an event that a rule puts into the queue',
    type: 'Repository Deleted',
    detail: image,
    queued: true,
    expected: 'queued    Repository Deleted from shop',
  },
])('an event on the bus is described: $why', ({ type, detail, queued = false, expected }) => {
  expect(describeEvent({ source: 'shop', 'detail-type': type, detail, queued })).toBe(`bus      ${expected}`);
});
