/** Error of a request without a complete answer: refused, reset, not resolved, not trusted, too slow, too long. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Node's own code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …), or `TIMEOUT`, or `BODY_TOO_LARGE`. */
  readonly code: string;
  /** True if a reused connection broke or stayed silent before an answer began: the other side may not have seen the request. */
  readonly staleConnection: boolean;

  constructor(
    code: string,
    url: URL,
    problem: string,
    options?: ErrorOptions & { staleConnection?: boolean },
  ) {
    super(`${url.host}: ${problem}`, options);
    this.code = code;
    this.staleConnection = options?.staleConnection ?? false;
  }

  static from(error: NodeJS.ErrnoException, url: URL, staleConnection = false): TransportError {
    // An AggregateError (every address of a host refused) has a code, but no message of its own.
    const problem = error.message || `connection failed (${error.code ?? error.name})`;
    return new TransportError(error.code ?? 'NETWORK', url, problem, { cause: error, staleConnection });
  }

  /** True for an untrusted certificate, which a person has to fix; all other causes are transient. */
  get isPermanent(): boolean {
    return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_INVALID_/.test(this.code);
  }
}
