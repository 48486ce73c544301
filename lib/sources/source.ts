import type { Existence, NoteEvidence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import type { SourceEvent } from './source-event.ts';

/** What a sender delivered. Nothing in it may be believed before it has been verified. */
export interface Delivery {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as they came, base64 undone: signatures are made over them. */
  readonly rawBody: Buffer;
}

/** What the proof of a delivery covers: all that may decide what becomes of it. */
export interface Signed {
  /** Hexadecimal SHA-256 digest of the signed content. The same content is the same delivery, whenever it comes again. */
  readonly key: string;
  /** ISO 8601. When the delivery was sent, where that is signed. */
  readonly time?: string;
}

export type Verification =
  | { readonly verified: true; readonly signed: Signed }
  /** `stale`: another secret would not help, so no newer one has to be looked for. */
  | { readonly verified: false; readonly reason: string; readonly stale?: boolean };

/** What the configuration says about one source beside its secret. */
export interface SourceOptions {
  /** The topics whose messages are believed, for a source that is proved by a certificate and not by a secret. */
  readonly topics?: readonly string[];
}

/** Where a source can be asked, and with what. */
export interface SourceApi {
  /** Without a slash at its end. */
  readonly url: string;
  /** The stored secret, as it is. */
  readonly credentials: string;
  /** Private repositories that the credentials must see; at most one per owner. */
  readonly canaries?: readonly string[];
}

/** One kind of sender: how its deliveries are verified, and what they say. */
export interface Source {
  /** Whether its events name its own repositories, which routes turn into those of SWR. */
  readonly routed: boolean;

  /** What its proof needs of the configuration: a secret, or a list of topics. */
  readonly verifiedBy: 'secret' | 'topics';

  /** Its JSON comes under another content type, which the body parser would refuse. */
  readonly contentType?: 'any';

  /** Why the source has to be asked about every event, so that its configuration needs an `api`. */
  readonly needsApi?: string;

  /** Headers that may hold the sender's own id of a delivery; the first that is there counts. Lower case. */
  readonly deliveryIdHeaders?: readonly string[];

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
  verify(
    delivery: Delivery,
    keys: readonly Buffer[],
    nowMs: number,
    options: SourceOptions,
  ): Verification | Promise<Verification>;

  /**
   * What a verified delivery says; several things where it is a batch. Headers, query and path are not signed, so they are
   * not given.
   *
   * @param body the parsed body, of the bytes that were verified.
   * @param receivedAt ISO 8601; counts as the time of an event that says none.
   */
  interpret(body: unknown, signed: Signed, receivedAt: string): SourceEvent | readonly SourceEvent[];
}

/** One kind of sender that can be asked over an API. */
export interface ExistenceChecker {
  /**
   * Asks the source itself whether it still has a repository. Only a definite answer of the source, that it does not have
   * it, is `gone`: no refusal, no redirect, no time-out, no failure.
   *
   * @param repository its full name there.
   */
  findRepository(
    api: SourceApi,
    repository: string,
    deadline: Deadline,
    note?: NoteEvidence,
  ): Promise<Existence>;

  /**
   * Asks the source itself whether it still has an organization; missing where it has none, or doesn't show them.
   * An organization takes its canary along, so a canary of another owner has to be visible, if any is configured.
   */
  findOrganization?(api: SourceApi, organization: string, deadline: Deadline): Promise<Existence>;

  /**
   * The owner of a repository, in lower case; undefined if no repository can have that name. Only of sources that answer
   * 404 alike for what is gone and for what the credentials may not see. The others have no canaries.
   */
  readonly ownerOf?: (repository: string) => string | undefined;

  /** Whether the source accepts the credentials; undefined if it gives no definite answer. */
  acceptsCredentials?(api: SourceApi, deadline: Deadline): Promise<boolean | undefined>;
}
