// A separator needs a letter or digit on both of its sides; only `_` may stand twice.
const ORGANIZATION = /^[a-z](?:[a-z0-9]|(?:[.-]|__?)(?=[a-z0-9]))*$/;
const REPOSITORY = /^[a-z0-9](?:[a-z0-9]|(?:[./-]|__?)(?=[a-z0-9]))*$/;

export function isOrganizationName(name: string): boolean {
  return name.length <= 64 && ORGANIZATION.test(name);
}

export function isRepositoryName(name: string): boolean {
  return name.length <= 128 && REPOSITORY.test(name);
}
