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
async function addMessage(body: string, attributes: Record<string, string | number> = {}): Promise<string> {
  await new Queue(operating.urlOf(operating.names.deadLetterQueue)).sendWithAttributes(
    body,
    attributes,
    TIMEOUT_MS,
  );
  const { ready = [] } = operating.sqs.inspectQueue(operating.names.deadLetterQueue)?.messages ?? {};
  return ready.at(-1)?.messageId ?? '';
}

function addRequest(): Promise<string> {
  const request = { version: 1, id: 'delivery-1', namespace: 'acme', repository: 'web' };
  const attributes = {
    reason: REASON,
    code: 'SVCSTG.SWR.4030170',
    status: 403,
    request: JSON.stringify(request),
  };
  return addMessage('{"namespace":"acme","repository":"web"}', attributes);
}

describe('list', () => {
  test('gives the reason of each message', async () => {
    const id = await addRequest();
    const silent = await addMessage('not a request');
    const { status, stdout, stderr } = await operating.run('failed list');
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines[0]).toEqual(['ID', 'SENT (UTC)', 'RECEIVED', 'CODE', 'REPOSITORY', 'REASON']);
    expect(lines).toContainEqual([id, expect.any(String), '1', 'SVCSTG.SWR.4030170', 'acme/web', REASON]);
    const noReason = expect.stringContaining('Moved by SQS after maxReceiveCount; see the log of `clean`');
    expect(lines).toContainEqual([silent, expect.any(String), '1', '-', '-', noReason]);
    expect([status, stderr]).toEqual([0, '2 messages in the dead-letter queue of test.\n']);
  });

  test('prints all of them as a document, and keeps them in the queue', async () => {
    for (let index = 0; index < 12; index += 1) await addMessage(JSON.stringify({ index }));
    const id = await addRequest();
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

  test('counts messages that another consumer has received', async () => {
    await addRequest();
    const queue = operating.urlOf(operating.names.deadLetterQueue);
    await new DeadLetterQueue(queue).takeAll(60, noHurry);
    const { stderr } = await operating.run('failed list');
    expect(stderr).toMatch(/^1 message not shown: received by another consumer\./);
  });

  test('prints no control characters of a sender', async () => {
    await addMessage('{}', { reason: 'red \u009b31m and\u202e back' });
    const { stdout } = await operating.run('failed list');
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
  });
});

describe('show', () => {
  test('prints one message in full, by the beginning of its id', async () => {
    const id = await addRequest();
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
    const id = await addRequest();
    await expect(operating.json(`failed show ${id}`)).resolves.toMatchObject({ id, reason: REASON });
  });
});

describe('retry', () => {
  test('sends a message back to the cleanup queue, unchanged', async () => {
    const other = await addMessage('{"other":1}');
    const id = await addRequest();
    await expect(operating.json(`failed retry ${id} --yes`)).resolves.toMatchObject({
      retried: [id],
      left: 0,
    });
    expect(bodiesIn('cleanupQueue')).toEqual(['{"namespace":"acme","repository":"web"}']);
    expect(bodiesIn('deadLetterQueue')).toEqual(['{"other":1}']);
    expect(other).not.toBe(id);
  });

  test('sends the time of the first arrival along', async () => {
    const request = '{"occurredAt":"2026-11-24T03:00:00Z"}';
    const id = await addMessage('{"namespace":"acme","repository":"first"}', { request });
    const { sentAt } = Object(await operating.json(`failed show ${id}`));
    await operating.json(`failed retry ${id} --yes`);
    const [message] = operating.sqs.inspectQueue(operating.names.cleanupQueue)?.messages.ready ?? [];
    expect(message?.messageAttributes).toMatchObject({
      request: { StringValue: request },
      arrivedAt: { StringValue: sentAt },
    });
  });

  test('sends every message back to its queue', async () => {
    await addRequest();
    await addMessage('{"sweep":"s-1","step":"scan"}');
    const { status, stderr } = await operating.run('failed retry --all --yes');
    expect([status, stderr]).toEqual([0, '2 messages retried.\n']);
    expect(bodiesIn('cleanupQueue')).toEqual(['{"namespace":"acme","repository":"web"}']);
    expect(bodiesIn('sweepQueue')).toEqual(['{"sweep":"s-1","step":"scan"}']);
    expect(bodiesIn('deadLetterQueue')).toEqual([]);
  });

  test('keeps a message that the queue rejects', async () => {
    await addRequest();
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
    await addMessage('{"other":1}');
    const id = await addRequest();
    await expect(operating.json(`failed drop ${id} --yes`)).resolves.toMatchObject({ dropped: [id] });
    expect(bodiesIn('deadLetterQueue')).toEqual(['{"other":1}']);
    expect(bodiesIn('cleanupQueue')).toEqual([]);
  });

  test('deletes all of them', async () => {
    for (let index = 0; index < 12; index += 1) await addMessage(JSON.stringify({ index }));
    await expect(operating.run('failed drop --all --yes')).resolves.toMatchObject({
      status: 0,
      stderr: '12 messages dropped.\n',
    });
    expect(bodiesIn('deadLetterQueue')).toEqual([]);
  });
});

test.each(['retry', 'drop'])('a dry run of %s lists the messages, and changes nothing', async (command) => {
  const id = await addRequest();
  await expect(operating.json(`failed ${command} --all --dry-run`)).resolves.toEqual({
    stage: 'test',
    dryRun: true,
    messages: [id],
  });
  expect(bodiesIn('deadLetterQueue')).toHaveLength(1);
  expect(bodiesIn('cleanupQueue')).toEqual([]);
});
