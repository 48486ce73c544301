import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../lib/failure.ts';
import { checkSecrets, StoredSecret } from '../lib/stored-secret.ts';
import { expectFailure } from './support/caught.ts';
import { recordLog } from './support/recorded-log.ts';

const owner = { of: 'account main' };
const number = (text: string) => {
  if (!/^\d+$/.test(text)) throw new Error('expected a number');
  return Number(text);
};
const holding = (text: string) => new StoredSecret('env:X', async () => text, number, owner);
const failing = (failure: { readonly code: string; readonly retryable: boolean }) => {
  const read = () => Promise.reject(new ServiceError({ message: 'ssm:X: no such parameter', ...failure }));
  return new StoredSecret('ssm:X', read, number, owner);
};

/** A secret whose text can change, with the ages it was read with. */
function changing(stored: { text: string }) {
  const ages: number[] = [];
  const read = async (_reference: string, maxAgeMs: number) => {
    ages.push(maxAgeMs);
    return stored.text;
  };
  return { secret: new StoredSecret('env:X', read, number, owner), ages };
}

test('is what is made of its text', async () => {
  expect(await holding('42').get()).toBe(42);
});

test('that is unusable names itself and its owner, and does not show what it holds', async () => {
  const message = 'Unusable secret for account main (env:X): expected a number';
  const failure = { code: 'SECRET_UNUSABLE', message, retryable: false };
  await expectFailure(holding('hunter2').get(), failure);
});

test('that the store does not give names its reference once', async () => {
  const message = 'Unusable secret for account main (ssm:X): no such parameter';
  await expect(failing({ code: 'SECRET_UNUSABLE', retryable: false }).get()).rejects.toThrow(message);
});

test('that can not be read at the moment is passed on as it is', async () => {
  const failure = { code: 'SECRET_UNAVAILABLE', retryable: true };
  await expectFailure(failing(failure).get(), failure);
});

test('may be five minutes old, or as old as its reader allows', async () => {
  const { secret, ages } = changing({ text: '1' });
  await secret.get();
  await secret.get(1000);
  expect(ages).toEqual([300_000, 1000]);
});

test('that is unusable is read again if it is half a minute old, and counts when it is fixed', async () => {
  const stored = { text: 'x' };
  const { secret, ages } = changing(stored);
  await expect(secret.get()).rejects.toThrow('Unusable');
  expect(ages.splice(0)).toEqual([300_000, 30_000]);
  await expect(secret.get(0)).rejects.toThrow('Unusable');
  expect(ages).toEqual([0]);
  stored.text = '1';
  await expect(secret.get()).resolves.toBe(1);
});

test('may be so wrong that what reads it can not even say so', async () => {
  const parse = () => {
    // oxlint-disable-next-line only-throw-error -- as others may do
    throw 'hunter2';
  };
  const secret = new StoredSecret('env:X', async () => '1', parse, owner);
  await expect(secret.get()).rejects.toThrow('Unusable secret for account main (env:X): not usable');
});

describe('when a function starts', () => {
  test('each unusable secret is logged, with what needs it', async () => {
    const recorded = recordLog();
    const secretOf = (name: string, text: string) =>
      new StoredSecret(`env:${name}`, async () => text, number, { of: `source ${name}`, log: recorded.log });
    await checkSecrets([secretOf('a', 'hunter2'), secretOf('b', '1'), secretOf('c', '')]);
    expect(recorded.of('unusable')).toMatchObject([
      { level: 'error', of: 'source a', message: 'Unusable secret for source a (env:a): expected a number' },
      { level: 'error', of: 'source c' },
    ]);
  });

  test('one that can not be read now is left for later, and one whose reader is broken', async () => {
    const { log, lines } = recordLog();
    const broken = () => Promise.reject(new TypeError('a defect'));
    const secret = new StoredSecret('env:X', broken, number, { ...owner, log });
    await checkSecrets([failing({ code: 'SECRET_UNAVAILABLE', retryable: true }), secret]);
    expect(lines).toEqual([]);
  });
});
