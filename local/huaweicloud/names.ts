import { createHash } from 'node:crypto';

// A separator needs a letter or digit on both of its sides; only `_` may stand twice.
const ORGANIZATION = /^[a-z](?:[a-z0-9]|(?:[.-]|__?)(?=[a-z0-9]))*$/;
const REPOSITORY = /^[a-z0-9](?:[a-z0-9]|(?:[./-]|__?)(?=[a-z0-9]))*$/;

export function isOrganizationName(name: string): boolean {
  return name.length <= 64 && ORGANIZATION.test(name);
}

export function isRepositoryName(name: string): boolean {
  return name.length <= 128 && REPOSITORY.test(name);
}

/** An id that is the same in every run, in the form of Huawei Cloud's. */
export function makeId(...parts: string[]): string {
  return createHash('md5').update(parts.join('/')).digest('hex');
}

/** SWR writes the fraction of a second without its trailing zeros, and none where it is zero. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z');
}
