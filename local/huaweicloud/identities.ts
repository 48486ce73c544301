import { randomBytes } from 'node:crypto';
import { iamError } from './answer.ts';
import { makeId } from './names.ts';

const MINUTE_MS = 60_000;
const LOCK_AFTER_FAILURES = 5;
const PASSWORD_LOCK_MS = 15 * MINUTE_MS;
const MAX_IN_A_ROW = 5;
const ACCESS_KEY_LOCK_MS = 5 * MINUTE_MS;

export interface NewUser {
  domain: string;
  name: string;
  password: string;
  status?: 'enabled' | 'disabled' | 'console-only' | 'locked' | 'expired';
  accessKey?: { ak: string; sk: string };
  /** Has Agent Operator for its account, and so may act as each agency that is delegated to it. */
  agentOperator?: boolean;
}

export interface User extends NewUser {
  failuresAt: number[];
  lockedUntil: number;
  /** Wrong signatures in a row. */
  signatureFailures: number;
  accessKeyLockedUntil: number;
}

export interface Project {
  id: string;
  name: string;
}

/** Agency: an account's permission for another one to act in it. */
export interface Agency {
  domain: string;
  name: string;
  /** The account whose operators may act as the agency. */
  delegatedTo: string;
}

export interface Bearer {
  /** Who has logged in. */
  user: User;
  /** Agency as which the user acts, if any. */
  agency?: Agency;
}

/** One project, or the whole account. */
export type Scope = { project: Project } | { domain: string };

export interface IssuedToken extends Bearer {
  scope: Scope;
  issuedAt: number;
  expiresAt: number;
}

export interface TokenSettings {
  lifetimeMs: number;
  bytes: number;
}

/** In whose account its bearer acts. */
export function accountOf({ user, agency }: Bearer): string {
  return (agency ?? user).domain;
}

/** The IAM half of the state: users with their locks, projects, agencies, and the tokens issued. */
export class Identities {
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #users = new Map<string, User>();
  readonly #projects = new Map<string, Project>();
  readonly #agencies = new Map<string, Agency>();
  readonly #now: () => number;
  readonly #settings: TokenSettings;

  constructor(now: () => number, settings: TokenSettings) {
    this.#now = now;
    this.#settings = settings;
  }

  addUser(user: NewUser): void {
    this.#endUserTokens(user.domain, user.name);
    const locks = { failuresAt: [], lockedUntil: 0, signatureFailures: 0, accessKeyLockedUntil: 0 };
    this.#users.set(key(user.domain, user.name), { ...user, ...locks });
  }

  setPassword(domain: string, name: string, password: string): void {
    const user = this.#users.get(key(domain, name));
    if (user === undefined) throw new Error(`no IAM user ${domain}/${name}`);
    user.password = password;
    this.#endUserTokens(domain, name);
  }

  addProject(name: string, id = makeId('project', name)): void {
    this.#projects.set(name, { id, name });
  }

  findProject(scope: { name: string } | { id: string }): Project | undefined {
    if ('name' in scope) return this.#projects.get(scope.name);
    return [...this.#projects.values()].find(({ id }) => id === scope.id);
  }

  addAgency(agency: Agency): void {
    this.#agencies.set(key(agency.domain, agency.name), { ...agency });
  }

  removeAgency(domain: string, name: string): void {
    this.#agencies.delete(key(domain, name));
    this.#endTokens(({ agency }) => agency?.domain === domain && agency.name === name);
  }

  findAgency(domain: string, name: string): Agency | undefined {
    return this.#agencies.get(key(domain, name));
  }

  findUserByAccessKey(ak: string): User | undefined {
    return [...this.#users.values()].find(({ accessKey }) => accessKey?.ak === ak);
  }

  /** The account that owns seeded resources. */
  accountName(): string {
    return this.#users.values().next().value?.domain ?? 'local-account';
  }

  /** A wrong password counts toward the lock; while it holds, the right one is refused as well. */
  checkPassword(domain: string, name: string, password: string): User {
    const user = this.#users.get(key(domain, name));
    const now = this.#now();
    if (user === undefined) throw wrongCredentials();
    if (user.status === 'locked' || now < user.lockedUntil) {
      throw iamError(401, 'The account is locked.', 'IAM.0061');
    }
    if (user.password !== password) {
      user.failuresAt = [...user.failuresAt.filter((at) => at > now - PASSWORD_LOCK_MS), now];
      if (user.failuresAt.length >= LOCK_AFTER_FAILURES) {
        user.lockedUntil = now + PASSWORD_LOCK_MS;
        user.failuresAt = [];
      }
      throw wrongCredentials();
    }
    user.failuresAt = [];
    return user;
  }

  /** Counts a wrong signature: more than five in a row, by any caller, lock the access key. */
  countSignatureFailure(user: User): void {
    user.signatureFailures += 1;
    if (user.signatureFailures <= MAX_IN_A_ROW) return;
    user.accessKeyLockedUntil = this.#now() + ACCESS_KEY_LOCK_MS;
    user.signatureFailures = 0;
  }

  /** Issues a token, and leaves the earlier ones as they are. */
  issueToken(bearer: Bearer, scope: Scope): { id: string; token: IssuedToken } {
    const issuedAt = this.#now();
    const token = { ...bearer, scope, issuedAt, expiresAt: issuedAt + this.#settings.lifetimeMs };
    const bytes = Math.max(this.#settings.bytes, 64);
    const id = `MII${randomBytes(bytes).toString('base64').replaceAll('/', '-')}`.slice(0, bytes);
    this.#tokens.set(id, token);
    return { id, token };
  }

  findToken(id: string): IssuedToken | undefined {
    return this.#tokens.get(id);
  }

  /** Ends every token issued so far. */
  expireTokens(): void {
    for (const token of this.#tokens.values()) token.expiresAt = this.#now();
  }

  /** Ends its tokens for agencies too. */
  #endUserTokens(domain: string, name: string): void {
    this.#endTokens(({ user }) => user.domain === domain && user.name === name);
  }

  /** As if they had never been issued. */
  #endTokens(isOver: (token: IssuedToken) => boolean): void {
    for (const [id, token] of this.#tokens) if (isOver(token)) this.#tokens.delete(id);
  }
}

function key(domain: string, name: string): string {
  return JSON.stringify([domain, name]);
}

function wrongCredentials(): Error {
  return iamError(401, 'The username or password is wrong.');
}
