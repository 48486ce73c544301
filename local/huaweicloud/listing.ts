/** How lists differ from what the documents say of them. Positions count from 0 over all pages. */
export interface Listing {
  /** Most repositories on a page, however many were asked for; 1,000 if missing. */
  repositories?: number;
  /** Most tasks of a repository; 100 if missing. */
  tasks?: number;
  /** `Content-Range` and `total_range`: left out, the length of the page, or always this number. The true total if missing. */
  totals?: 'none' | 'page' | number;
  /** Every page is the first one. */
  ignoreOffset?: boolean;
  /** Position of a repository that its page lacks. */
  lose?: number;
  /** Position of a repository that its page has twice. */
  repeat?: number;
  /** Repositories that are listed under another name, which need not be a valid one. */
  rename?: Record<string, string>;
}
