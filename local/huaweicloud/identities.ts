import { iamError } from './answer.ts';
import { makeId } from './names.ts';
import { type Agency, type NewUser, type Project, type TokenSettings, Tokens, type User } from './tokens.ts';

const MINUTE_MS = 60_000;
const LOCK_AFTER_FAILURES = 5;
const PASSWORD_LOCK_MS = 15 * MINUTE_MS;

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

  /** Ends its tokens for agencies too. */
  #endTokens(domain: string, name: string): void {
    this.tokens.endWhere(({ user }) => user.domain === domain && user.name === name);
  }
}

function key(domain: string, name: string): string {
  return JSON.stringify([domain, name]);
}

function wrongCredentials(): Error {
  return iamError(401, 'The username or password is wrong.');
}

const MAX_IN_A_ROW = 5;
const ACCESS_KEY_LOCK_MS = 5 * MINUTE_MS;

/** Access keys that are locked: more than five signatures in a row were wrong, by any caller. */
class AccessKeyLocks {
  readonly #failures = new Map<string, number>();
  readonly #lockedUntil = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  isLocked(ak: string): boolean {
    return this.#now() < (this.#lockedUntil.get(ak) ?? 0);
  }

  countFailure(ak: string): void {
    const inARow = (this.#failures.get(ak) ?? 0) + 1;
    this.#failures.set(ak, inARow);
    if (inARow <= MAX_IN_A_ROW) return;
    this.#lockedUntil.set(ak, this.#now() + ACCESS_KEY_LOCK_MS);
    this.forgetFailures(ak);
  }

  forgetFailures(ak: string): void {
    this.#failures.delete(ak);
  }
}
