/** Failure as it reaches outcomes, logs and the dead-letter queue. */
export interface Failure {
  /** Stable: Huawei Cloud's own code, a transport code, or one of this service's. */
  readonly code: string;
  readonly message: string;
  /** The HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** False for a permanent failure: a retry fails the same way until a person fixes the cause. */
  readonly retryable: boolean;
  /** Seconds to wait before a retry. */
  readonly retryAfterSeconds?: number;
}

/** Code of the failure of a certificate that may not be fetched yet: too many were within a minute. */
export const CERTIFICATE_UNAVAILABLE = 'CERTIFICATE_UNAVAILABLE';

/** The base of every error that says what to do about it. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/**
 * The failure that an error stands for. One that is not a `ServiceError` is a defect of this service: another try does
 * no harm, and may meet a newer version.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof ServiceError) return error.failure;
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    retryable: true,
  };
}
