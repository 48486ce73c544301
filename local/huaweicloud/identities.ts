import { createHash, randomBytes } from 'node:crypto';
import { answerJson, Refusal } from './answer.ts';
import { refuseByIam, shapeIamError } from './errors.ts';

const MINUTE_MS = 60_000;
const LOCK_AFTER_FAILURES = 5;
const LOCK_MS = 15 * MINUTE_MS;

export interface NewUser {
  domain: string;
  name: string;
  password: string;
  status?: 'enabled' | 'disabled' | 'console-only' | 'locked' | 'expired';
  accessKey?: { ak: string; sk: string };
}

export interface User extends NewUser {
  failuresAt: number[];
  lockedUntil: number;
}

export interface Project {
  id: string;
  name: string;
}

export interface Token {
  user: User;
  project: Project;
  issuedAt: number;
  expiresAt: number;
}

export interface TokenSettings {
  lifetimeMs: number;
  bytes: number;
}

/** An id that is the same in every run, in the form of Huawei Cloud's. */
export function makeId(...parts: string[]): string {
  return createHash('md5').update(parts.join('/')).digest('hex');
}

/** The IAM half of the state: users with their lock, projects, and the tokens given out. */
export class Identities {
  readonly #users = new Map<string, User>();
  readonly #projects = new Map<string, Project>();
  readonly #tokens = new Map<string, Token>();
  readonly #now: () => number;
  readonly #settings: TokenSettings;

  constructor(now: () => number, settings: TokenSettings) {
    this.#now = now;
    this.#settings = settings;
  }

  addUser(user: NewUser): void {
    this.endTokens(user.domain, user.name);
    this.#users.set(key(user.domain, user.name), { ...user, failuresAt: [], lockedUntil: 0 });
  }

  setPassword(domain: string, name: string, password: string): void {
    const user = this.#users.get(key(domain, name));
    if (user === undefined) throw new Error(`no IAM user ${domain}/${name}`);
    user.password = password;
    this.endTokens(domain, name);
  }

  addProject(name: string, id = makeId('project', name)): void {
    this.#projects.set(name, { id, name });
  }

  findProject(scope: { name: string } | { id: string }): Project | undefined {
    if ('name' in scope) return this.#projects.get(scope.name);
    return [...this.#projects.values()].find(({ id }) => id === scope.id);
  }

  findUserByAccessKey(ak: string): User | undefined {
    return [...this.#users.values()].find(({ accessKey }) => accessKey?.ak === ak);
  }

  findToken(token: string): Token | undefined {
    return this.#tokens.get(token);
  }

  /** The account that owns what nobody in particular created. */
  accountName(): string {
    return this.#users.values().next().value?.domain ?? 'local-account';
  }

  /** A wrong password counts toward the lock; while it holds, the right one is refused as well. */
  checkPassword(domain: string, name: string, password: string): User {
    const user = this.#users.get(key(domain, name));
    const now = this.#now();
    if (user === undefined) throw refuseCredentials();
    if (user.status === 'locked' || now < user.lockedUntil) {
      throw refuseByIam(401, 'IAM.0061', 'The account is locked.');
    }
    if (user.password !== password) {
      user.failuresAt = [...user.failuresAt.filter((at) => at > now - LOCK_MS), now];
      if (user.failuresAt.length >= LOCK_AFTER_FAILURES) {
        user.lockedUntil = now + LOCK_MS;
        user.failuresAt = [];
      }
      throw refuseCredentials();
    }
    user.failuresAt = [];
    return user;
  }

  /** Leaves the user's earlier tokens as they are. */
  issueToken(user: User, project: Project): { id: string; token: Token } {
    const issuedAt = this.#now();
    const token = { user, project, issuedAt, expiresAt: issuedAt + this.#settings.lifetimeMs };
    const bytes = Math.max(this.#settings.bytes, 64);
    const id = `MII${randomBytes(bytes).toString('base64').replaceAll('/', '-')}`.slice(0, bytes);
    this.#tokens.set(id, token);
    return { id, token };
  }

  expireTokens(): void {
    for (const token of this.#tokens.values()) token.expiresAt = this.#now();
  }

  endTokens(domain: string, name: string): void {
    for (const [id, { user }] of this.#tokens) {
      if (user.domain === domain && user.name === name) this.#tokens.delete(id);
    }
  }
}

function key(domain: string, name: string): string {
  return JSON.stringify([domain, name]);
}

function refuseCredentials(): Refusal {
  return new Refusal(answerJson(401, shapeIamError(401, 'The username or password is wrong.')));
}
