import * as v from 'valibot';

const PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const MAX_LENGTH = 255;

/** Whether a registry can have a repository of this name. Source: OCI Distribution Specification 1.1, "Pull". */
export function isRegistryName(name: string): boolean {
  return name.length <= MAX_LENGTH && name.split('/').every((part) => PART.test(part));
}

export const registryNameSchema = v.pipe(
  v.string(),
  v.check(isRegistryName, 'the name of a repository, as the OCI Distribution Specification allows it'),
);
