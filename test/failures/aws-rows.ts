import type { AwsFault } from '../support/aws-proxy.ts';

/** Calls of `clean` to AWS, by the service that fails. */
export const AWS_PLACES = {
  secret: 'reading the credentials',
  ledgerRequest: 'opening the request in the ledger',
  ledgerIntent: 'writing an intended deletion to the ledger',
  ledgerOutcome: 'writing the result of a deletion to the ledger',
  ledgerSummary: 'writing the result of a request to the ledger',
  queue: 'returning the transient part of a request to the queue',
  deadLetterQueue: 'dead-lettering a request',
  bus: 'publishing a deletion to the bus',
} as const;

export type AwsPlace = keyof typeof AWS_PLACES;

export const awsPlaces: readonly AwsPlace[] = [
  'secret',
  'ledgerRequest',
  'ledgerIntent',
  'ledgerOutcome',
  'ledgerSummary',
  'queue',
  'deadLetterQueue',
  'bus',
];

/** Result of the message and its task. */
export type AwsEnd =
  /** The task is kept, and the message is retried. */
  | 'retried'
  /** The task is kept, and the message is in the dead-letter queue with its reason. */
  | 'dead-lettered: SECRET_UNUSABLE'
  /** The task is gone, and the message is retried to record it. */
  | 'deleted, then retried'
  /** The task is gone and so is the message. */
  | 'deleted';

export interface AwsRow {
  readonly why: string;
  /** `refused`: connection refused. */
  readonly fault: AwsFault | 'refused';
  /** The only place of a row that takes seconds; the others have the same time limit. */
  readonly only?: AwsPlace;
  /** A permanent failure of a secret is dead-lettered; every other failure is retried. */
  readonly secretIsOfNoUse?: boolean;
}

const PAGE = '<!DOCTYPE html><html><body>nginx</body></html>';

/** Every failure of a call to AWS. */
export const awsRows: readonly AwsRow[] = [
  { why: 'connection refused', fault: 'refused' },
  { why: 'the connection breaks before the headers', fault: 'reset in the headers' },
  { why: 'the connection breaks in the body', fault: 'reset in the body' },
  { why: 'no answer', fault: 'hang' },
  { why: 'the answer is too slow', fault: 'drip', only: 'ledgerIntent' },
  { why: 'the service fails', fault: { status: 500, code: 'InternalServerError' } },
  { why: 'the service is unavailable', fault: { status: 503, code: 'ServiceUnavailable' } },
  { why: "a proxy's page", fault: { status: 502, body: PAGE } },
  { why: "a success that is a proxy's page", fault: { status: 200, body: PAGE } },
  { why: 'throttled', fault: { status: 400, code: 'ThrottlingException' } },
  { why: 'throttled with a 429', fault: { status: 429, code: 'TooManyRequestsException' } },
  {
    why: 'the credentials of the function have expired',
    fault: { status: 400, code: 'ExpiredTokenException' },
    secretIsOfNoUse: true,
  },
  {
    why: 'the function lacks the permission',
    fault: { status: 400, code: 'AccessDeniedException' },
    secretIsOfNoUse: true,
  },
  {
    why: 'the resource does not exist',
    fault: { status: 400, code: 'ResourceNotFoundException' },
    secretIsOfNoUse: true,
  },
  {
    why: 'its signature is wrong, as with a wrong clock',
    fault: { status: 403, code: 'SignatureDoesNotMatch' },
    secretIsOfNoUse: true,
  },
];

/** End of a message with one task to delete, if that call fails every time. */
export function awsEndOf({ secretIsOfNoUse = false }: AwsRow, place: AwsPlace): AwsEnd {
  if (place === 'secret') return secretIsOfNoUse ? 'dead-lettered: SECRET_UNUSABLE' : 'retried';
  if (place === 'ledgerOutcome') return 'deleted, then retried';
  // The ledger is the record; publishing to the bus is best effort.
  if (place === 'ledgerSummary' || place === 'bus') return 'deleted';
  return 'retried';
}

/** True if a row applies to a place: a ledger that is not listening fails at the first of its places. */
export function applies({ only, fault }: AwsRow, place: AwsPlace): boolean {
  if (only !== undefined) return only === place;
  return fault !== 'refused' || !/^ledger(?!Request)/.test(place);
}
