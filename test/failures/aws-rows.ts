import type { AwsFault } from '../support/aws-proxy.ts';

/** The service that fails, and what `clean` wanted of it. */
export const AWS_PLACES = {
  secret: 'reading the credentials',
  ledgerRequest: 'opening the request in the ledger',
  ledgerIntent: 'writing an intended deletion into the ledger',
  ledgerOutcome: 'writing the end of a deletion into the ledger',
  ledgerSummary: 'writing what a request came to into the ledger',
  queue: 'putting back the part of a request that will pass',
  deadLetterQueue: 'parking a request',
  bus: 'telling the bus what was deleted',
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

/** Where the message ends, and what became of its task. */
export type AwsEnd =
  /** Nothing was deleted, and the message comes back. */
  | 'back'
  /** Nothing was deleted, and the message is with its reason in the dead-letter queue. */
  | 'dead-lettered as SECRET_UNUSABLE'
  /** The task is gone, and the message comes back once more to say so. */
  | 'deleted and back'
  /** The task is gone and so is the message. */
  | 'deleted';

export interface AwsRow {
  readonly why: string;
  /** `refused`: nobody listens there. */
  readonly fault: AwsFault | 'refused';
  /** The other places are left out where all of them have the same limit of time, and the row takes seconds. */
  readonly only?: AwsPlace;
  /** A permanent fault of a secret is for a person; everything else comes back, whatever it is. */
  readonly secretIsOfNoUse?: boolean;
}

const PAGE = '<!DOCTYPE html><html><body>nginx</body></html>';

/** Every way in which a call to AWS goes wrong. */
export const awsRows: readonly AwsRow[] = [
  { why: 'nobody listens', fault: 'refused' },
  { why: 'the connection breaks before the headers', fault: 'reset in the headers' },
  { why: 'the connection breaks in the body', fault: 'reset in the body' },
  { why: 'no answer comes', fault: 'hang' },
  { why: 'the answer comes too slowly', fault: 'drip', only: 'ledgerIntent' },
  { why: 'the service fails', fault: { status: 500, code: 'InternalServerError' } },
  { why: 'the service is away', fault: { status: 503, code: 'ServiceUnavailable' } },
  { why: "a proxy's page", fault: { status: 502, body: PAGE } },
  { why: "a success that is a proxy's page", fault: { status: 200, body: PAGE } },
  { why: 'it throttles', fault: { status: 400, code: 'ThrottlingException' } },
  { why: 'it throttles with a 429', fault: { status: 429, code: 'TooManyRequestsException' } },
  {
    why: 'the credentials of the function have expired',
    fault: { status: 400, code: 'ExpiredTokenException' },
    secretIsOfNoUse: true,
  },
  {
    why: 'the function may not',
    fault: { status: 400, code: 'AccessDeniedException' },
    secretIsOfNoUse: true,
  },
  {
    why: 'there is no such thing',
    fault: { status: 400, code: 'ResourceNotFoundException' },
    secretIsOfNoUse: true,
  },
  {
    why: 'its signature is wrong, as with a wrong clock',
    fault: { status: 403, code: 'SignatureDoesNotMatch' },
    secretIsOfNoUse: true,
  },
];

/** How a message ends whose one task is to go, if that call goes wrong every time. */
export function awsEndOf({ secretIsOfNoUse = false }: AwsRow, place: AwsPlace): AwsEnd {
  if (place === 'secret') return secretIsOfNoUse ? 'dead-lettered as SECRET_UNUSABLE' : 'back';
  if (place === 'ledgerOutcome') return 'deleted and back';
  // The ledger is the record; the bus is told as well as it can be.
  if (place === 'ledgerSummary' || place === 'bus') return 'deleted';
  return 'back';
}

/** Whether a row applies to a place: a ledger where nobody listens fails at the first of its places. */
export function applies({ only, fault }: AwsRow, place: AwsPlace): boolean {
  if (only !== undefined) return only === place;
  return fault !== 'refused' || !/^ledger(?!Request)/.test(place);
}
