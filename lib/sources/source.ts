import type { Meaning } from './meaning.ts';

/** What a sender delivered. Nothing in it may be believed before it has been verified. */
export interface Delivery {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as they came, base64 undone: signatures are made over them. */
  readonly rawBody: Buffer;
}

export type Verification =
  | { readonly verified: true }
  /** `stale`: another secret would not help, so no newer one has to be looked for. */
  | { readonly verified: false; readonly reason: string; readonly stale?: boolean };

/** One kind of sender: how it proves itself, and what it means. */
export interface Source {
  /** Whether its events name its own repositories, which routes turn into those of SWR. */
  readonly routed: boolean;

  /**
   * Turns one stored secret into the key that signatures are made with.
   *
   * @throws {Error} if it is of no use, with a message that doesn't show it.
   */
  parseSecret(secret: string): Buffer;

  /**
   * Whether one of the keys made the delivery's signature, in a time that doesn't depend on how much of it is right.
   *
   * @param nowMs against which a signed time is checked.
   */
  verify(delivery: Delivery, keys: readonly Buffer[], nowMs: number): Verification;

  /**
   * What a verified delivery says.
   *
   * @param body the parsed body.
   * @param receivedAt ISO 8601; counts as the time of an event that says none.
   */
  interpret(delivery: Delivery, body: unknown, receivedAt: string): Meaning;
}
