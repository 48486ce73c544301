import { describe, expect, test } from '@jest/globals';
import type { Operation } from '../../local/huaweicloud/emulator.ts';
import { useCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, startCloud, USER } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { safety } from '../support/safety.ts';
import { VISIBILITY_SECONDS } from '../support/sqs.ts';
import { circumstanceRows, type End, huaweiCloudRows } from './huawei-cloud-rows.ts';

const EVENT = '2026-11-24T03:00:00.000Z';
const OPERATIONS = { token: 'createToken', list: 'listSyncTasks', delete: 'deleteSyncTask' } satisfies Record<
  string,
  Operation
>;

const cleaning = useCleaning();

/** Adds a repository with a task to delete and one to keep, and sends a request for the first. */
function putRequest(repository: string, createdAt = '2026-03-02T08:15:27.53183Z'): void {
  for (const target of [DR, APAC]) {
    cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...target, createdAt });
  }
  cleaning.sqs.put(cleanupRequest({ id: repository, repository, targets: [DR], occurredAt: EVENT }));
}

/** Result of the one message. */
function findEnd(): string {
  const [deadLettered] = cleaning.sqs.deadLettered();
  const [hidden] = cleaning.sqs.hidden();
  const ends = [
    ...(deadLettered === undefined ? [] : [`dead-lettered: ${deadLettered.attributes['code']}`]),
    ...(hidden === undefined
      ? []
      : [hidden.seconds > VISIBILITY_SECONDS ? afterMinutes(hidden.seconds) : 'retried']),
    ...cleaning.recorded.of('deleted').map(() => 'deleted'),
    ...cleaning.recorded.of('absent').map(() => 'absent'),
    ...cleaning.recorded.of('kept').map(({ reason }) => `kept: ${String(reason)}`),
  ];
  return ends.join(' and ');
}

function afterMinutes(seconds: number): End {
  return `retried after ${Math.round(seconds / 60)} min`;
}

const rows = huaweiCloudRows.flatMap(({ ends, ...row }) =>
  Object.values(OPERATIONS).flatMap((operation) => {
    const where = operation === 'createToken' ? 'token' : operation === 'listSyncTasks' ? 'list' : 'delete';
    const end = ends[where];
    return end === undefined ? [] : [{ ...row, where, operation, end }];
  }),
);

describe('a message', () => {
  test.each(rows)('is $end where the call $where finds: $why', async (row) => {
    const { fault, times = Infinity, timeoutMs, operation, end } = row;
    const repository = `row-${rows.indexOf(row)}`;
    putRequest(repository);
    cleaning.cloud.fault(operation, fault, { times });
    await cleaning.workOff(cleaning.context(), timeoutMs === undefined ? noHurry : givingUpAfter(timeoutMs));
    expect(findEnd()).toBe(end);

    // Nothing was deleted that should have stayed.
    const left = cleaning.cloud.cloud.tasks('acme', repository);
    expect(left).toMatchObject(
      end === 'deleted' && !(operation === 'deleteSyncTask' && times > 1) ? [APAC] : [DR, APAC],
    );

    const deadLettered = cleaning.sqs.deadLettered();
    for (const { attributes } of deadLettered) {
      expect(attributes['reason']).toMatch(
        /^(?:getting an IAM token|(?:listing|deleting) the task.*): \d{3} /,
      );
      expect(attributes['status']).toMatch(/^\d{3}$/);
      expect(attributes['request']).toContain(repository);
    }
    const shown = [...cleaning.recorded.lines, JSON.stringify(deadLettered)].join('\n');
    expect(shown).not.toContain(USER.password);
    expect(shown).not.toMatch(/MII[\w+=-]{20}/);
  });

  test.each([
    { why: 'the answer breaks off', fault: { reset: 'body' as const, afterwards: true } },
    { why: 'the connection breaks', fault: { reset: 'headers' as const, afterwards: true } },
    { why: 'no answer', fault: { hang: true, afterwards: true } },
    { why: 'a proxy fails', fault: { status: 502, body: '<html></html>', afterwards: true } },
  ])('is completed by the retry after a deletion without an answer: $why', async ({ why, fault }) => {
    const repository = why.replaceAll(' ', '-').toLowerCase();
    putRequest(repository);
    const context = cleaning.context();
    cleaning.cloud.fault('deleteSyncTask', fault, { times: Infinity });
    await cleaning.workOff(context, 'hang' in fault ? givingUpAfter(400) : noHurry);
    expect(findEnd()).toBe('retried');
    cleaning.cloud.clearFaults();
    const [back] = cleaning.sqs.hidden();
    cleaning.sqs.empty();
    cleaning.sqs.put(back?.body);
    await cleaning.workOff(context);
    expect(findEnd()).toBe('deleted');
    expect(cleaning.cloud.cloud.tasks('acme', repository)).toMatchObject([APAC]);
  });

  test.each([
    ['the rules deny it', { deny: ['acme/kept-*'] }, undefined, 'denied'],
    ['this is a dry run', { mode: 'dry-run' as const }, undefined, 'dry run'],
    ['the name is used again', {}, '2026-11-25T00:00:00Z', 'newer than the event'],
  ])('is completed and its task kept when %s', async (_, rules, createdAt, reason) => {
    const repository = `kept-${reason.replaceAll(' ', '-')}`;
    putRequest(repository, createdAt);
    const answer = await cleaning.workOff(cleaning.context({ config: { safety: safety(rules) } }));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(findEnd()).toBe(`kept: ${reason}`);
    expect(cleaning.cloud.cloud.tasks('acme', repository)).toHaveLength(2);
  });
});

describe('a message in an unusual cloud', () => {
  test.each(circumstanceRows)('is $end where $why', async ({ why, options, refused, tokensExpire, end }) => {
    await using cloud = await startCloud(options);
    cloud.cloud.addTask({
      namespace: 'acme',
      repository: 'second',
      ...DR,
      createdAt: '2026-03-02T08:15:27.53183Z',
    });
    const context = cleaning.context({ cloudUrl: refused === true ? 'http://127.0.0.1:1' : cloud.url });
    if (tokensExpire === true) {
      cleaning.sqs.put(cleanupRequest({ id: 'first' }));
      await cleaning.workOff(context);
      cloud.cloud.identities.expireTokens();
    }
    cleaning.sqs.put(cleanupRequest({ id: `second ${why}`, repository: 'second', targets: [DR] }));
    await cleaning.workOff(context);
    const { sqs } = cleaning;
    const left = cloud.cloud.tasks('acme', 'second').length;
    expect({ left, hidden: sqs.hidden().length, deadLettered: sqs.deadLettered() }).toEqual({
      left: end === 'deleted' ? 0 : 1,
      hidden: end === 'retried' ? 1 : 0,
      deadLettered: [],
    });
  });
});

test('the rows have every known failure of the two services', () => {
  const codes = new Set(huaweiCloudRows.map(({ fault }) => fault.code));
  for (const code of [
    '4001158',
    '4031032',
    '4031042',
    '4090023',
    '4030170',
    '4037017',
    '4037018',
    '4037020',
    '4010000',
  ]) {
    expect(codes).toContain(`SVCSTG.SWR.${code}`);
  }
  for (const code of ['APIGW.0101', 'APIGW.0301', 'APIGW.0307', 'APIGW.0308']) expect(codes).toContain(code);
  for (const number of ['0012', '0020', '0061', '0062', '0066', '0067', '0081', '0082']) {
    expect(codes).toContain(`IAM.${number}`);
  }
});
