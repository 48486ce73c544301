import type { CleanupRequest } from '../../lib/cleanup/request.ts';

/** That `acme/payments/api` is gone, with every task that it has. */
export function cleanupRequest(differences: Partial<CleanupRequest> = {}): CleanupRequest {
  return { version: 1, id: 'request-1', namespace: 'acme', repository: 'payments/api', ...differences };
}
