/** Deadline of one invocation. */
export interface Deadline {
  /** Milliseconds left for calls, a reserve for answering already taken off; 0 when there is none. */
  remainingMs(): number;
  /** True while another piece of work may be started. */
  allowsMore(): boolean;
}

/** Time kept for settling the messages, and for the answer. */
const RESERVE_MS = 1000;
/** With less time left nothing is started. Listing and deleting take well under a second. */
const SHORT_MS = 2500;

/**
 * Deadline of an invocation of Lambda.
 *
 * @param remainingMs returns the milliseconds that are left of it.
 */
export function deadlineFrom(remainingMs: () => number): Deadline {
  return {
    remainingMs: () => Math.max(0, remainingMs() - RESERVE_MS),
    allowsMore: () => remainingMs() > SHORT_MS,
  };
}
