import { randomBytes } from 'node:crypto';

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
}

export interface Project {
  id: string;
  name: string;
}

/** What an account lets another one do in it. */
export interface Agency {
  domain: string;
  name: string;
  /** The account whose operators may act as the agency. */
  delegatedTo: string;
}

export interface Bearer {
  /** Who has logged in. */
  user: User;
  /** What the user acts as, if not as itself. */
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

/** The tokens given out. A new one leaves the earlier ones as they are. */
export class Tokens {
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #now: () => number;
  readonly #settings: TokenSettings;

  constructor(now: () => number, settings: TokenSettings) {
    this.#now = now;
    this.#settings = settings;
  }

  issue(bearer: Bearer, scope: Scope): { id: string; token: IssuedToken } {
    const issuedAt = this.#now();
    const token = { ...bearer, scope, issuedAt, expiresAt: issuedAt + this.#settings.lifetimeMs };
    const bytes = Math.max(this.#settings.bytes, 64);
    const id = `MII${randomBytes(bytes).toString('base64').replaceAll('/', '-')}`.slice(0, bytes);
    this.#tokens.set(id, token);
    return { id, token };
  }

  find(id: string): IssuedToken | undefined {
    return this.#tokens.get(id);
  }

  expireAll(): void {
    for (const token of this.#tokens.values()) token.expiresAt = this.#now();
  }

  /** As if they had never been given out. */
  endWhere(isOver: (token: IssuedToken) => boolean): void {
    for (const [id, token] of this.#tokens) if (isOver(token)) this.#tokens.delete(id);
  }
}

/** In whose account its bearer acts. */
export function accountOf({ user, agency }: Bearer): string {
  return (agency ?? user).domain;
}
