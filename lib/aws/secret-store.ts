import * as v from 'valibot';
import { ServiceError } from '../failure.ts';
import { parseSecretReference } from '../secret-reference.ts';
import { AwsError, callAws } from './call.ts';

/** Time limit of a read: `receive` has to answer before its sender's time limit of ten seconds. */
const TIMEOUT_MS = 3000;

const secretSchema = v.object({ SecretString: v.string() });
const parameterSchema = v.object({ Parameter: v.object({ Value: v.string() }) });

interface Kept {
  readonly text: string;
  readonly readAt: number;
}

/** Secrets by reference, from Secrets Manager, Parameter Store or the environment; kept for as long as a reader allows. */
export class SecretStore {
  readonly #kept = new Map<string, Kept>();
  readonly #pending = new Map<string, Promise<string>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * @param maxAgeMs how old the answer may be. Where the store can't be asked at the moment, an older one is given.
   * @throws {ServiceError} `SECRET_UNUSABLE` if there is no such secret, or `SECRET_UNAVAILABLE` if it can't be said now.
   */
  async read(reference: string, maxAgeMs: number): Promise<string> {
    const { store, name } = parseSecretReference(reference);
    if (store === 'env') return readEnvironment(reference, name);
    const kept = this.#kept.get(reference);
    if (kept !== undefined && this.#now() - kept.readAt <= maxAgeMs) return kept.text;
    const pending = this.#pending.get(reference) ?? this.#fetch(reference, store, name);
    this.#pending.set(reference, pending);
    try {
      return await pending;
    } catch (error) {
      const unavailable = error instanceof ServiceError && error.failure.retryable;
      if (kept !== undefined && unavailable) return kept.text;
      throw error;
    } finally {
      this.#pending.delete(reference);
    }
  }

  async #fetch(reference: string, store: 'secretsmanager' | 'ssm', name: string): Promise<string> {
    const readAt = this.#now();
    try {
      const text = await readStored(store, name);
      this.#kept.set(reference, { text, readAt });
      return text;
    } catch (error) {
      const { message, retryable } =
        error instanceof AwsError ? error.failure : { message: 'not a text', retryable: false };
      const code = retryable ? 'SECRET_UNAVAILABLE' : 'SECRET_UNUSABLE';
      throw new ServiceError({ code, message: `${reference}: ${message}`, retryable }, { cause: error });
    }
  }
}

function readEnvironment(reference: string, name: string): string {
  const text = process.env[name];
  if (text !== undefined) return text;
  const message = `${reference}: the environment has no such variable`;
  throw new ServiceError({ code: 'SECRET_UNUSABLE', message, retryable: false });
}

async function readStored(service: 'secretsmanager' | 'ssm', name: string): Promise<string> {
  if (service === 'ssm') {
    const input = { Name: name, WithDecryption: true };
    const answer = await callAws({ service, action: 'GetParameter', input, timeoutMs: TIMEOUT_MS });
    return v.parse(parameterSchema, answer).Parameter.Value;
  }
  const input = { SecretId: name };
  const answer = await callAws({ service, action: 'GetSecretValue', input, timeoutMs: TIMEOUT_MS });
  return v.parse(secretSchema, answer).SecretString;
}
