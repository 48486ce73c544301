import { AccessKeyLocks } from './access-key-locks.ts';
import { answerJson, Refusal } from './answer.ts';
import { refuseByIam, shapeIamError } from './errors.ts';
import { makeId } from './make-id.ts';
import { type TokenSettings, Tokens } from './tokens.ts';
import type { Agency, NewUser, Project, User } from './users.ts';

const MINUTE_MS = 60_000;
const LOCK_AFTER_FAILURES = 5;
const LOCK_MS = 15 * MINUTE_MS;

/** The IAM half of the state: users with their locks, projects, agencies, and the tokens given out. */
export class Identities {
  readonly tokens: Tokens;
  readonly accessKeyLocks: AccessKeyLocks;
  readonly #users = new Map<string, User>();
  readonly #projects = new Map<string, Project>();
  readonly #agencies = new Map<string, Agency>();
  readonly #now: () => number;

  constructor(now: () => number, settings: TokenSettings) {
    this.#now = now;
    this.tokens = new Tokens(now, settings);
    this.accessKeyLocks = new AccessKeyLocks(now);
  }

  addUser(user: NewUser): void {
    this.#endTokens(user.domain, user.name);
    this.#users.set(key(user.domain, user.name), { ...user, failuresAt: [], lockedUntil: 0 });
  }

  setPassword(domain: string, name: string, password: string): void {
    const user = this.#users.get(key(domain, name));
    if (user === undefined) throw new Error(`no IAM user ${domain}/${name}`);
    user.password = password;
    this.#endTokens(domain, name);
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
    this.tokens.endWhere(({ agency }) => agency?.domain === domain && agency.name === name);
  }

  findAgency(domain: string, name: string): Agency | undefined {
    return this.#agencies.get(key(domain, name));
  }

  findUserByAccessKey(ak: string): User | undefined {
    return [...this.#users.values()].find(({ accessKey }) => accessKey?.ak === ak);
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

  /** Those that it got for agencies too. */
  #endTokens(domain: string, name: string): void {
    this.tokens.endWhere(({ user }) => user.domain === domain && user.name === name);
  }
}

function key(domain: string, name: string): string {
  return JSON.stringify([domain, name]);
}

function refuseCredentials(): Refusal {
  return new Refusal(answerJson(401, shapeIamError(401, 'The username or password is wrong.')));
}
