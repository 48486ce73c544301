import { createHash } from 'node:crypto';

/** An id that is the same in every run, in the form of Huawei Cloud's. */
export function makeId(...parts: string[]): string {
  return createHash('md5').update(parts.join('/')).digest('hex');
}
