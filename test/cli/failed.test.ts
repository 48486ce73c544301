import { beforeEach, describe, expect, test } from '@jest/globals';
import { DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { noHurry } from '../support/deadline.ts';
import { useOperating } from '../support/operating.ts';

const TIMEOUT_MS = 5000;
const REASON = 'listing the tasks of acme/web: 403 SVCSTG.SWR.4030170 no right';

const operating = useOperating();
beforeEach(() => operating.sqs.reset());

const bodiesIn = (queue: 'cleanupQueue' | 'deadLetterQueue' | 'sweepQueue') =>
  operating.sqs.inspectQueue(operating.names[queue])?.messages.ready.map(({ body }) => body);

/** @returns the message's id. */
async function park(body: string, attributes: Record<string, string | number> = {}): Promise<string> {
  await new Queue(operating.urlOf(operating.names.deadLetterQueue)).sendWithAttributes(
    body,
    attributes,
    TIMEOUT_MS,
  );
  const { ready = [] } = operating.sqs.inspectQueue(operating.names.deadLetterQueue)?.messages ?? {};
  return ready.at(-1)?.messageId ?? '';
}

function parkRequest(): Promise<string> {
  const request = { version: 1, id: 'delivery-1', namespace: 'acme', repository: 'web' };
  const attributes = {
    reason: REASON,
    code: 'SVCSTG.SWR.4030170',
    status: 403,
    request: JSON.stringify(request),
  };
  return park('{"namespace":"acme","repository":"web"}', attributes);
}

describe('list', () => {
  test('says why each message is there', async () => {
    const id = await parkRequest();
    const silent = await park('not a request');
    const { status, stdout, stderr } = await operating.run('failed list');
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines[0]).toEqual(['ID', 'SENT (UTC)', 'RECEIVED', 'CODE', 'REPOSITORY', 'REASON']);
    expect(lines).toContainEqual([id, expect.any(String), '1', 'SVCSTG.SWR.4030170', 'acme/web', REASON]);
    const noReason = expect.stringContaining('Moved by SQS after maxReceiveCount; see the log of `clean`');
    expect(lines).toContainEqual([silent, expect.any(String), '1', '-', '-', noReason]);
    expect([status, stderr]).toEqual([0, '2 messages in the dead-letter queue of test.\n']);
  });

  test('gives all of them as a document, and takes none away', async () => {
    for (let index = 0; index < 12; index += 1) await park(JSON.stringify({ index }));
    const id = await parkRequest();
    const result = await operating.json('failed list');
    expect(Object(result).messages).toHaveLength(13);
    expect(result).toMatchObject({
      messages: expect.arrayContaining([
        {
          id,
          sentAt: expect.stringMatching(/Z$/),
          receives: 1,
          queue: 'cleanup',
          reason: REASON,
          code: 'SVCSTG.SWR.4030170',
          status: 403,
          request: { version: 1, id: 'delivery-1', namespace: 'acme', repository: 'web' },
          body: { namespace: 'acme', repository: 'web' },
        },
      ]),
    });
    expect(bodiesIn('deadLetterQueue')).toHaveLength(13);
  });

  test('is empty where nothing is wrong', async () => {
    await expect(operating.run('failed list')).resolves.toEqual({
      status: 0,
      stdout: '',
      stderr: '0 messages in the dead-letter queue of test.\n',
    });
  });

  test('tells of messages that somebody else is looking at', async () => {
    await parkRequest();
    const queue = operating.urlOf(operating.names.deadLetterQueue);
    await new DeadLetterQueue(queue).takeAll(60, noHurry);
    const { stderr } = await operating.run('failed list');
    expect(stderr).toMatch(/^1 message not shown: received by another consumer\./);
  });

  test('obeys nothing that a stranger has sent', async () => {
    await park('{}', { reason: 'red \u009b31m and\u202e back' });
    const { stdout } = await operating.run('failed list');
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
  });
});

describe('show', () => {
  test('tells all of a message by the beginning of its id', async () => {
    const id = await parkRequest();
    const { stdout, status } = await operating.run(`failed show ${id.slice(0, 8)}`);
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['id', id],
      ['sent', expect.any(String)],
      ['received', '1 time'],
      ['queue', 'cleanup'],
      ['code', 'SVCSTG.SWR.4030170'],
      ['status', '403'],
      ['reason', REASON],
      ['request', '{"version":1,"id":"delivery-1","namespace":"acme","repository":"web"}'],
      ['body', '{"namespace":"acme","repository":"web"}'],
      [''],
    ]);
    expect(bodiesIn('deadLetterQueue')).toHaveLength(1);
  });

  test('gives it as a document', async () => {
    const id = await parkRequest();
    await expect(operating.json(`failed show ${id}`)).resolves.toMatchObject({ id, reason: REASON });
  });
});

describe('retry', () => {
  test('puts a message back into the cleanup queue, as it came', async () => {
    const other = await park('{"other":1}');
    const id = await parkRequest();
    await expect(operating.json(`failed retry ${id} --yes`)).resolves.toMatchObject({
      retried: [id],
      left: 0,
    });
    expect(bodiesIn('cleanupQueue')).toEqual(['{"namespace":"acme","repository":"web"}']);
    expect(bodiesIn('deadLetterQueue')).toEqual(['{"other":1}']);
    expect(other).not.toBe(id);
  });

  test('puts beside a message when it came first', async () => {
    const request = '{"occurredAt":"2026-11-24T03:00:00Z"}';
    const id = await park('{"namespace":"acme","repository":"first"}', { request });
    const { sentAt } = Object(await operating.json(`failed show ${id}`));
    await operating.json(`failed retry ${id} --yes`);
    const [message] = operating.sqs.inspectQueue(operating.names.cleanupQueue)?.messages.ready ?? [];
    expect(message?.messageAttributes).toMatchObject({
      request: { StringValue: request },
      arrivedAt: { StringValue: sentAt },
    });
  });

  test('puts every message back where it came from', async () => {
    await parkRequest();
    await park('{"sweep":"s-1","step":"scan"}');
    const { status, stderr } = await operating.run('failed retry --all --yes');
    expect([status, stderr]).toEqual([0, '2 messages retried.\n']);
    expect(bodiesIn('cleanupQueue')).toEqual(['{"namespace":"acme","repository":"web"}']);
    expect(bodiesIn('sweepQueue')).toEqual(['{"sweep":"s-1","step":"scan"}']);
    expect(bodiesIn('deadLetterQueue')).toEqual([]);
  });

  test('loses nothing where the queue does not take it', async () => {
    await parkRequest();
    const missing = { CLEANUP_QUEUE_URL: operating.urlOf('missing') };
    const { status, stderr } = await operating.run('failed retry --all --yes', missing);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^Failed: [0-9a-f-]{36}: .*QueueDoesNotExist/),
    ]);
    expect(bodiesIn('deadLetterQueue')).toHaveLength(1);
  });
});

describe('drop', () => {
  test('deletes one message, and leaves the others', async () => {
    await park('{"other":1}');
    const id = await parkRequest();
    await expect(operating.json(`failed drop ${id} --yes`)).resolves.toMatchObject({ dropped: [id] });
    expect(bodiesIn('deadLetterQueue')).toEqual(['{"other":1}']);
    expect(bodiesIn('cleanupQueue')).toEqual([]);
  });

  test('deletes all of them', async () => {
    for (let index = 0; index < 12; index += 1) await park(JSON.stringify({ index }));
    await expect(operating.run('failed drop --all --yes')).resolves.toMatchObject({
      status: 0,
      stderr: '12 messages dropped.\n',
    });
    expect(bodiesIn('deadLetterQueue')).toEqual([]);
  });
});

test.each(['retry', 'drop'])(
  'a dry run of %s shows what it would be, and changes nothing',
  async (command) => {
    const id = await parkRequest();
    await expect(operating.json(`failed ${command} --all --dry-run`)).resolves.toEqual({
      stage: 'test',
      dryRun: true,
      messages: [id],
    });
    expect(bodiesIn('deadLetterQueue')).toHaveLength(1);
    expect(bodiesIn('cleanupQueue')).toEqual([]);
  },
);
