import { expect } from '@jest/globals';

/** Error of a promise that must fail. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The promise was fulfilled.');
}

/** Expects a promise to reject with an error whose failure has at least these properties. */
export async function expectFailure(promise: Promise<unknown>, failure: object): Promise<void> {
  await expect(promise).rejects.toMatchObject({ failure });
}
