import { firstIssues, type Issue } from '../issues.ts';

const TITLES = {
  401: 'Signature missing or wrong',
  404: 'No such source',
  405: 'Method not allowed',
  413: 'Too large',
  415: 'Not JSON by its content type',
  422: 'Not readable',
  429: 'Too many certificates',
  500: 'Internal error',
  503: 'Not available',
} as const;

export type ProblemStatus = keyof typeof TITLES;

export interface ProblemOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly issues?: readonly Issue[];
  /** For the log, where problems of one status have to be told apart. */
  readonly code?: string;
}

/** An error that is meant for the caller, who sees all of it but its cause: as JSON it is a problem of RFC 9457. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly statusCode: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
  readonly code: string | undefined;

  /** @param detail one sentence that says what to do; it must not help anyone to forge a signature. */
  constructor(statusCode: ProblemStatus, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.statusCode = statusCode;
    this.headers = options.headers ?? {};
    this.issues = options.issues ?? [];
    this.code = options.code;
  }

  toJSON(): Record<string, unknown> {
    const { first, more } = firstIssues(this.issues);
    const rest = more > 0 ? ` The first ${first.length} issues are listed, … and ${more} more.` : '';
    return {
      type: 'about:blank',
      title: TITLES[this.statusCode],
      status: this.statusCode,
      detail: `${this.message}${rest}`,
      ...(first.length > 0 && { errors: first }),
    };
  }
}
