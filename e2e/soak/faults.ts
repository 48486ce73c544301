import type { ChooseFault, Fault } from '../../local/huaweicloud/faults.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

interface Kind {
  readonly name: string;
  /** Beside the others of the same table. */
  readonly weight: number;
  make(random: Random): Fault;
}

const PAGE = '<html><body>Bad Gateway</body></html>';

/** What can happen to any call. What is done all the same, and only not answered, is the worst of it. */
const ANYWHERE: readonly Kind[] = [
  { name: 'slow', weight: 10, make: (random) => ({ delayMs: random.integer(20, 400) }) },
  { name: 'connection reset before', weight: 8, make: () => ({ reset: 'headers' }) },
  { name: 'connection reset after', weight: 8, make: () => ({ reset: 'headers', afterwards: true }) },
  { name: 'connection reset in the body', weight: 4, make: () => ({ reset: 'body' }) },
  {
    name: 'connection reset in the body, after',
    weight: 4,
    make: () => ({ reset: 'body', afterwards: true }),
  },
  { name: '502 page', weight: 4, make: () => ({ status: 502, body: PAGE }) },
  { name: '502 page after', weight: 6, make: () => ({ status: 502, body: PAGE, afterwards: true }) },
  { name: '503 empty', weight: 4, make: () => ({ status: 503, body: '' }) },
  { name: '504 after', weight: 4, make: () => ({ status: 504, body: '', afterwards: true }) },
  { name: 'no answer', weight: 0.2, make: () => ({ hang: true }) },
  { name: 'no answer, after', weight: 0.2, make: () => ({ hang: true, afterwards: true }) },
];

const SWR: readonly Kind[] = [
  ...ANYWHERE,
  { name: '429', weight: 10, make: () => ({ status: 429, code: 'APIGW.0308' }) },
  { name: '429 Retry-After', weight: 8, make: retryAfter({ status: 429, code: 'APIGW.0308' }) },
  {
    name: '403 throttle',
    weight: 10,
    make: (random) => ({
      code: random.pick(['SVCSTG.SWR.4031032', 'SVCSTG.SWR.4031042']),
      shape: random.pick([1, 2, 3, 4]),
    }),
  },
  { name: '409 busy', weight: 4, make: () => ({ code: 'SVCSTG.SWR.4090023' }) },
  { name: '500', weight: 6, make: () => ({ status: 500, code: 'SVCSTG.SWR.5000001' }) },
  { name: 'page as a success', weight: 4, make: () => ({ status: 200, body: PAGE }) },
  {
    name: 'page as a success, after',
    weight: 3,
    make: () => ({ status: 200, body: PAGE, afterwards: true }),
  },
  {
    name: '401',
    weight: 10,
    make: (random) => ({
      status: 401,
      code: random.pick(['SVCSTG.SWR.4010000', 'APIGW.0301', 'APIGW.0307']),
    }),
  },
  // Those that a person has to mend: not many, as each of them ends in the dead-letter queue.
  {
    name: '403 permission',
    weight: 1.2,
    make: (random) => ({ code: random.pick(['SVCSTG.SWR.4030170', 'SVCSTG.SWR.4037017']) }),
  },
  { name: '404 no such API', weight: 0.3, make: () => ({ status: 404, code: 'APIGW.0101' }) },
];

/** Never a refusal: five of them would lock the user, and one is not tried again for 15 minutes. */
const IAM: readonly Kind[] = [
  ...ANYWHERE,
  { name: '429', weight: 8, make: () => ({ status: 429, code: 'IAM.0012' }) },
  { name: '429 Retry-After', weight: 6, make: retryAfter({ status: 429, code: 'IAM.0012' }) },
  { name: '410 failover', weight: 4, make: () => ({ status: 410, code: 'IAM.0020' }) },
  { name: '500', weight: 6, make: () => ({ status: 500 }) },
  { name: 'no token in the answer', weight: 4, make: () => ({ omitHeaders: ['X-Subject-Token'] }) },
];

/** Short, and now and then just long enough for the message to be hidden for it. */
function retryAfter(fault: Fault): Kind['make'] {
  return (random) => ({
    ...fault,
    headers: { 'Retry-After': random.pick(['1', '1', '2', '2', '6']) },
  });
}

/** Lets so many of all calls to Huawei Cloud go wrong, 0 to 1, and counts what went wrong how. */
export function chooseFaults(random: Random, share: number, tally: Tally): ChooseFault {
  return (operation) => {
    tally.count('calls', operation);
    if (!random.chance(share)) return undefined;
    const kinds = operation === 'createToken' ? IAM : SWR;
    const kind = random.pickWeighted(kinds.map((value) => ({ value, weight: value.weight })));
    tally.count('faults', `${operation === 'createToken' ? 'IAM' : 'SWR'}: ${kind.name}`);
    return kind.make(random);
  };
}
