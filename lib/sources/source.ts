import type { Existence, NoteEvidence } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import type { SourceEvent } from './source-event.ts';

/** Amazon ECR, whose events come over EventBridge: routes may begin with its name without a configured source. */
export const ECR = 'ecr';
/** Names of sources that need no configuration. */
export const builtInSources: readonly string[] = [ECR];

/** HTTP request of a sender. Its content is not trusted before it has been verified. */
export interface Delivery {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Bytes of the body as they were sent, base64 decoded: they are signed. */
  readonly rawBody: Buffer;
}

/** Identity of the signed content of a delivery. Other parts of the delivery decide nothing. */
export interface Signed {
  /** Hexadecimal SHA-256 digest of the signed content. A delivery with the same content is the same delivery. */
  readonly key: string;
  /** Time of sending, ISO 8601, if it is signed. */
  readonly time?: string;
}

/** Result of verifying a delivery. */
export type Verification =
  | { readonly verified: true; readonly signed: Signed }
  /** `stale`: no other secret would fit, so the secret isn't read again. */
  | { readonly verified: false; readonly reason: string; readonly stale?: boolean };

/** Configuration of one source beside its secret. */
export interface SourceOptions {
  /** Trusted topics, for a source that is verified with a certificate and not with a secret. */
  readonly topics?: readonly string[];
}

/** API of a source, with its credentials. */
export interface SourceApi {
  /** Without a slash at its end. */
  readonly url: string;
  /** Stored secret as it is. */
  readonly credentials: string;
  /** Private repositories that the credentials must see; at most one per owner. */
  readonly canaries?: readonly string[];
}

/** Type of source: verifies and interprets its deliveries. */
export interface Source {
  /** True if its events name its own repositories, which routes lead to repositories of SWR. */
  readonly routed: boolean;

  /** Configuration that verifying needs: a secret, or a list of topics. */
  readonly verifiedBy: 'secret' | 'topics';

  /** Set if its JSON has another content type, which the body parser would reject. */
  readonly contentType?: 'any';

  /** Reason why every event needs a check of the source, so that its configuration needs an `api`. */
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
   * Verifies that one of the keys made the delivery's signature, in a time that doesn't depend on the signature's bytes.
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
   * Interprets a verified delivery as a source event, or as several if it is a batch. Headers, query and path are not
   * signed, so they are not passed.
   *
   * @param body the parsed body, of the bytes that were verified.
   * @param receivedAt time of an event without its own, ISO 8601.
   */
  interpret(body: unknown, signed: Signed, receivedAt: string): SourceEvent | readonly SourceEvent[];
}

/** API of a type of source that can tell whether repositories exist. */
export interface ExistenceChecker {
  /**
   * Checks whether the source still has a repository. Only its definite answer that it does not have it is `gone`: no
   * rejection, no redirect, no timeout, no failure.
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
   * Checks whether the source still has an organization; missing if it has none, or doesn't show them. A deleted
   * organization takes its canary along, so a canary of another owner has to be visible, if any is configured.
   */
  findOrganization?(api: SourceApi, organization: string, deadline: Deadline): Promise<Existence>;

  /**
   * Owner of a repository, in lower case; undefined if no repository can have that name. Only for sources that answer 404
   * alike for a missing repository and for one that the credentials can't see. The others have no canaries.
   */
  readonly ownerOf?: (repository: string) => string | undefined;

  /** Says whether the source accepts the credentials; undefined if it gives no definite answer. */
  acceptsCredentials?(api: SourceApi, deadline: Deadline): Promise<boolean | undefined>;
}
