import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../lib/failure.ts';
import { requireUsable, StoredSecret } from '../lib/stored-secret.ts';

const number = (text: string) => {
  if (!/^\d+$/.test(text)) throw new Error('expected a number');
  return Number(text);
};
const holding = (text: string, name = 'env:X') => new StoredSecret(name, async () => text, number);
const failing = (code: string, retryable: boolean) =>
  new StoredSecret(
    'ssm:X',
    async () => {
      throw new ServiceError({ code, message: `ssm:X: ${code}`, retryable });
    },
    number,
  );

test('is what is made of its text', async () => {
  expect(await holding('42').get()).toBe(42);
});

test('that is of no use names itself, and does not show what it holds', async () => {
  const failure = { code: 'SECRET_UNUSABLE', message: 'env:X: expected a number', retryable: false };
  await expect(holding('hunter2').get()).rejects.toMatchObject({ failure });
});

test('may be five minutes old, or as old as its reader allows', async () => {
  const ages: number[] = [];
  const read = async (_reference: string, maxAgeMs: number) => {
    ages.push(maxAgeMs);
    return '1';
  };
  const secret = new StoredSecret('env:X', read, number);
  await secret.get();
  await secret.get(1000);
  expect(ages).toEqual([300_000, 1000]);
});

test('may be so wrong that what reads it can not even say so', async () => {
  const secret = new StoredSecret(
    'env:X',
    async () => '1',
    () => {
      // oxlint-disable-next-line only-throw-error -- as others may do
      throw 'hunter2';
    },
  );
  await expect(secret.get()).rejects.toThrow('env:X: not usable');
});

describe('when a function starts', () => {
  test('usable ones let it', async () => {
    await expect(requireUsable([holding('1'), holding('2')])).resolves.toBeUndefined();
  });

  test('every unusable one is named in one message', async () => {
    const secrets = [
      holding('x', 'env:A'),
      holding('1'),
      holding('y', 'env:B'),
      failing('SECRET_UNUSABLE', false),
    ];
    await expect(requireUsable(secrets)).rejects.toThrow(
      'The configuration has no usable secret. env:A: expected a number; env:B: expected a number; ssm:X: SECRET_UNUSABLE',
    );
  });

  test('one whose reader is broken is left for later', async () => {
    const broken = new StoredSecret('env:X', () => Promise.reject(new TypeError('a defect')), number);
    await expect(requireUsable([broken])).resolves.toBeUndefined();
  });

  test('one that can not be read just now is left for later', async () => {
    await expect(requireUsable([failing('SECRET_UNAVAILABLE', true)])).resolves.toBeUndefined();
  });
});
