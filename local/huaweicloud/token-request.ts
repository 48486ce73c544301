import { isRecord } from './call.ts';

export interface TokenRequest {
  login: PasswordLogin | AgencyLogin;
  scope: { project: { name: string } | { id: string } } | { domain: string };
}

interface PasswordLogin {
  method: 'password';
  domain: string;
  user: string;
  password: string;
}

export interface AgencyLogin {
  method: 'assume_role';
  domain: string;
  agency: string;
}

/** Reads the two documented requests for a token, with one scope each; undefined if it is anything else. */
export function readTokenRequest(body: unknown): TokenRequest | undefined {
  const auth = pick(pick(body, ['auth'])?.['auth'], ['identity', 'scope']);
  const login = readPassword(auth?.['identity']) ?? readAgency(auth?.['identity']);
  const scope = readScope(auth?.['scope']);
  return login === undefined || scope === undefined ? undefined : { login, scope };
}

function readPassword(value: unknown): PasswordLogin | undefined {
  const user = pick(pick(pickMethod(value, 'password'), ['user'])?.['user'], ['domain', 'name', 'password']);
  const domain = readName(user?.['domain']);
  const { name, password } = { name: user?.['name'], password: user?.['password'] };
  if (domain === undefined || typeof name !== 'string' || typeof password !== 'string') return undefined;
  return { method: 'password', domain, user: name, password };
}

function readAgency(value: unknown): AgencyLogin | undefined {
  const role = pick(pickMethod(value, 'assume_role'), ['agency_name', 'domain_name']);
  const { domain, agency } = { domain: role?.['domain_name'], agency: role?.['agency_name'] };
  if (typeof domain !== 'string' || typeof agency !== 'string') return undefined;
  return { method: 'assume_role', domain, agency };
}

function readScope(value: unknown): TokenRequest['scope'] | undefined {
  const domain = readName(pick(value, ['domain'])?.['domain']);
  if (domain !== undefined) return { domain };
  const project = pick(value, ['project'])?.['project'];
  const name = readName(project);
  if (name !== undefined) return { project: { name } };
  const id = pick(project, ['id'])?.['id'];
  return typeof id === 'string' ? { project: { id } } : undefined;
}

/** What is said of the method, where it is the only one. */
function pickMethod(identity: unknown, method: string): unknown {
  const picked = pick(identity, ['methods', method]);
  return JSON.stringify(picked?.['methods']) === JSON.stringify([method]) ? picked?.[method] : undefined;
}

function readName(value: unknown): string | undefined {
  const name = pick(value, ['name'])?.['name'];
  return typeof name === 'string' ? name : undefined;
}

/** The value as an object with these keys and no others, or undefined. */
function pick(value: unknown, keys: string[]): Record<string, unknown> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.keys(value).toSorted().join() === keys.toSorted().join() ? value : undefined;
}
