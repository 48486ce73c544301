import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseErrorBody } from '../../lib/huaweicloud/failure.ts';
import { syncRepoPath, validateOrganization, validateRepository } from '../../lib/huaweicloud/names.ts';
import { parseSyncTask, parseSyncTasks } from '../../lib/huaweicloud/sync-task.ts';
import { compareTimes } from '../../lib/times.ts';
import { holds, testProperty, testSlowProperty } from '../support/properties.ts';
import { anyText, path, time, word } from './values.ts';

const said = fc.string({ minLength: 1, maxLength: 500 });

testProperty(
  'the code and the message of an error are found in every shape that it comes in',
  [said, said],
  (code, message) => {
    for (const body of [
      { errors: [{ errorCode: code, errorMessage: message }] },
      [{ errorCode: code, errorMessage: message }],
      { errorCode: code, errorMessage: message },
      { error_code: code, error_msg: message },
      { error: { error_code: code, title: message } },
    ]) {
      expect(parseErrorBody(JSON.stringify(body))).toEqual({ code, message, html: false });
    }
  },
);

testProperty(
  'whatever answers, what is read of it is short, and a page is known as one',
  [fc.oneof(anyText, fc.json())],
  (text) => {
    const { code = '-', message = '-', html } = parseErrorBody(text);
    for (const each of [code, message]) {
      expect(each.length).toBeGreaterThan(0);
      expect(each.length).toBeLessThanOrEqual(500);
    }
    expect(html).toBe(text.trimStart().startsWith('<'));
  },
);

const task = fc.record(
  {
    remoteRegionId: word,
    remoteNamespace: word,
    createdAt: time,
    syncAuto: fc.boolean(),
    override: fc.boolean(),
    imageTag: fc.jsonValue(),
  },
  { requiredKeys: ['remoteRegionId', 'remoteNamespace'] },
);

testSlowProperty('a task is read whole, so that it can be made again', [fc.array(task)], (tasks) => {
  const sent = JSON.stringify(tasks);
  expect(parseSyncTasks(sent)).toEqual(JSON.parse(sent));
  for (const each of tasks)
    expect(parseSyncTask(JSON.stringify(each))).toEqual(JSON.parse(JSON.stringify(each)));
});

test('an answer in which one task can not be read is no list of tasks', async () => {
  const broken = fc.oneof(
    fc.constantFrom({}, null, [], { remoteRegionId: 'a' }, { remoteRegionId: '', remoteNamespace: 'a' }),
    task.map((each) => ({ ...each, createdAt: 7 })),
  );
  await holds([fc.array(task), broken, fc.array(task)], (before, one, behind) => {
    expect(parseSyncTasks(JSON.stringify([...before, one, ...behind]))).toBeUndefined();
  });
});

test('a name that SWR can have needs no escaping in a path, and a slash never stays one', async () => {
  const prefix = '/v2/manage/namespaces/';
  await holds([fc.oneof(word, anyText), fc.oneof(path, anyText)], (namespace, repository) => {
    fc.pre(validateOrganization(namespace) === undefined && validateRepository(repository) === undefined);
    const address = new URL(syncRepoPath(namespace, repository), 'https://swr-api.example.com').pathname;
    expect(address.startsWith(prefix)).toBe(true);
    const [organization, repos, name = '', end, ...more] = address.slice(prefix.length).split('/');
    expect([organization, repos, name.replaceAll('$', '/'), end, more]).toEqual([
      namespace,
      'repos',
      repository,
      'sync_repo',
      [],
    ]);
  });
});

test('two times are compared to the last digit that they are written with', async () => {
  const second = '2026-11-24T03:00:00';
  const digits = fc.nat(999_999_999).map((count) => String(count).padStart(9, '0'));
  await holds([digits, digits], (one, other) => {
    const difference = compareTimes(`${second}.${one}Z`, `${second}.${other}Z`);
    expect(Math.sign(difference)).toBe(Math.sign(Number(one) - Number(other)));
    expect(compareTimes(`${second}.${one}Z`, `2026-11-24T11:00:00.${one}+08:00`)).toBe(0);
  });
});
