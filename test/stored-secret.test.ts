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

  test('one that can not be read just now is left for later', async () => {
    await expect(requireUsable([failing('SECRET_UNAVAILABLE', true)])).resolves.toBeUndefined();
  });
});
