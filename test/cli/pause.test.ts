import { beforeEach, describe, expect, test } from '@jest/globals';
import { isPaused } from '../../command-line/switches.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
beforeEach(() => {
  operating.sqs.reset();
  operating.switches.reset();
});

const NAMES = ['event source of clean', 'event source of sweep', 'schedule of sweep'];
const states = () => [...operating.switches.mappings.values(), operating.switches.schedule.state];
const set = (state: string, changed: boolean) => NAMES.map((name) => ({ name, state, changed }));
/** Changes that Lambda was asked for since a request. */
const changesSince = (first: number) =>
  operating.switches.requests.slice(first).filter(({ method }) => method === 'PUT').length;

describe('pause', () => {
  test('disables what feeds clean and sweep, and waits until it is disabled', async () => {
    await expect(operating.json('pause')).resolves.toMatchObject({
      stage: 'test',
      switches: set('disabled', true),
    });
    expect(states()).toEqual(['Disabled', 'Disabled', 'DISABLED']);
  });

  test('shows what waits, and for how long', async () => {
    const { names, sqs } = operating;
    for (const text of ['one', 'two']) sqs.sendMessage(names.cleanupQueue, text);
    sqs.sendMessage(names.deadLetterQueue, 'three');
    const { status, stdout, stderr } = await operating.run('pause');
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toContainEqual(['event source of clean', 'disabled', 'yes']);
    expect(lines).toContainEqual(['cleanup queue', '2', '0', '4 days']);
    expect(lines).toContainEqual(['dead-letter queue', '1', '0', '4 days']);
    expect([status, stderr]).toEqual([
      0,
      'test is paused. SQS deletes a cleanup request after 4 days: before that, run "swr-sync resume --stage test".\n',
    ]);
  });

  test('changes nothing the second time', async () => {
    await operating.json('pause');
    const before = operating.switches.requests.length;
    await expect(operating.json('pause')).resolves.toMatchObject({ switches: set('disabled', false) });
    expect(changesSince(before)).toBe(0);
  });

  test('waits for a change that is under way before it makes its own', async () => {
    operating.switches.mappings.set(operating.names.cleanFunction, 'Enabling');
    await operating.json('pause');
    expect(states()).toEqual(['Disabled', 'Disabled', 'DISABLED']);
  });

  test('disables the others where one fails, and says why', async () => {
    const denied = { __type: 'AccessDeniedException', message: 'not authorized' };
    const path = `PUT /2015-03-31/event-source-mappings/${operating.names.cleanFunction}`;
    operating.switches.answers.set(path, [403, denied]);
    const { status, stderr } = await operating.run('pause');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^Failed: event source of clean: lambda UpdateEventSourceMapping: 403 AccessDenied/,
      ),
    ]);
    expect(states()).toEqual(['Enabled', 'Disabled', 'DISABLED']);
  });

  test('shows what it disabled where the queues can not be read', async () => {
    const nowhere = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' };
    const { status, stdout, stderr } = await operating.run('pause', nowhere);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^Failed: reading the queues: .*ECONNREFUSED/),
    ]);
    expect(stdout).toMatch(/^event source of clean {2}disabled {2}yes$/m);
    expect(states()).toEqual(['Disabled', 'Disabled', 'DISABLED']);
  });

  test('ends its wait with Ctrl-C', async () => {
    const { cleanFunction } = operating.names;
    const stuck = { EventSourceMappings: [{ UUID: 'stuck', State: 'Disabling' }] };
    const path = `GET /2015-03-31/event-source-mappings?FunctionName=${cleanFunction}`;
    operating.switches.answers.set(path, [200, stuck]);
    const { interrupt, ended } = operating.start('pause');
    setImmediate(interrupt);
    await expect(ended).resolves.toMatchObject({ status: 130 });
  });
});

describe('resume', () => {
  test('enables everything after a pause', async () => {
    await operating.json('pause');
    operating.sqs.sendMessage(operating.names.cleanupQueue, 'one');
    const { status, stderr } = await operating.run('resume');
    expect([status, stderr]).toEqual([0, 'test is running: 1 cleanup request waiting.\n']);
    expect(states()).toEqual(['Enabled', 'Enabled', 'ENABLED']);
  });

  test('changes nothing in a running stage', async () => {
    await expect(operating.json('resume')).resolves.toMatchObject({ switches: set('enabled', false) });
  });
});

test.each(['pause', 'resume'])('%s names a stage that is not deployed', async (command) => {
  operating.switches.mappings.clear();
  const { status, stderr } = await operating.run(command);
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(
      'swr-sync-cleanup-test-clean has no event source in us-east-1: is the stage deployed',
    ),
  ]);
});

describe('a deployment reads', () => {
  const read = () => isPaused('test', { pollMs: 1 });

  test('that a running stage is not paused', async () => {
    await expect(read()).resolves.toBe(false);
  });

  test('that a paused stage is paused, also while the pause is under way', async () => {
    await operating.json('pause');
    operating.switches.mappings.set(operating.names.cleanFunction, 'Disabling');
    await expect(read()).resolves.toBe(true);
  });

  test('that a stage without functions is not paused', async () => {
    operating.switches.mappings.clear();
    await expect(read()).resolves.toBe(false);
  });

  test('nothing where AWS rejects the call, and fails', async () => {
    operating.switches.answers.set('GET', [403, { __type: 'AccessDeniedException' }]);
    await expect(read()).rejects.toThrow(/ListEventSourceMappings: 403 AccessDenied/);
  });
});
