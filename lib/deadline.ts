/** When the work of one invocation has to be over. */
export interface Deadline {
  /** Milliseconds left for calls, a reserve for answering already taken off; 0 when there is none. */
  remainingMs(): number;
  /** Whether another piece of work may still be started. */
  allowsMore(): boolean;
}

/** Kept for telling the queue what became of the work, and for the answer. */
const RESERVE_MS = 1000;
/** A look and a deletion take well under a second; less than this, and starting is only a waste of a try. */
const SHORT_MS = 2500;

/** @param remainingMs what the platform says is left of the invocation, asked anew each time. */
export function deadlineFrom(remainingMs: () => number): Deadline {
  return {
    remainingMs: () => Math.max(0, remainingMs() - RESERVE_MS),
    allowsMore: () => remainingMs() > SHORT_MS,
  };
}
