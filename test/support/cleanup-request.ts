import type { CleanupRequest } from '../../lib/cleanup/request.ts';

/** Request for every task of `acme/payments/api`. */
export function cleanupRequest(differences: Partial<CleanupRequest> = {}): CleanupRequest {
  return { version: 1, id: 'request-1', namespace: 'acme', repository: 'payments/api', ...differences };
}
