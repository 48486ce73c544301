import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import type { ChooseFault, Fault } from '../../local/huaweicloud/faults.ts';
import type { Random } from './random.ts';
import type { SoakOptions } from './soak-options.ts';
import type { SoakStack } from './soak-stack.ts';
import type { Tally } from './tally.ts';

/** A kind of fault; the weight is relative to the others of its table. */
type Kind = readonly [name: string, weight: number, fault: Fault | ((random: Random) => Fault)];

const PAGE = '<html><body>Bad Gateway</body></html>';

/** Faults of any call. The worst are those where the call takes effect and only its answer is lost. */
const ANYWHERE: readonly Kind[] = [
  ['slow', 10, (random) => ({ delayMs: random.integer(20, 400) })],
  ['connection reset before', 8, { reset: 'headers' }],
  ['connection reset after', 8, { reset: 'headers', afterwards: true }],
  ['connection reset in the body', 4, { reset: 'body' }],
  ['connection reset in the body, after', 4, { reset: 'body', afterwards: true }],
  ['502 page', 4, { status: 502, body: PAGE }],
  ['502 page after', 6, { status: 502, body: PAGE, afterwards: true }],
  ['503 empty', 4, { status: 503, body: '' }],
  ['504 after', 4, { status: 504, body: '', afterwards: true }],
  ['no answer', 0.2, { hang: true }],
  ['no answer, after', 0.2, { hang: true, afterwards: true }],
];

const THROTTLES = ['SVCSTG.SWR.4031032', 'SVCSTG.SWR.4031042'];
const TOKEN_REJECTIONS = ['SVCSTG.SWR.4010000', 'APIGW.0301', 'APIGW.0307'];
const SWR: readonly Kind[] = [
  ...ANYWHERE,
  ['429', 10, { status: 429, code: 'APIGW.0308' }],
  ['429 Retry-After', 8, retryAfter({ status: 429, code: 'APIGW.0308' })],
  ['403 throttle', 10, (random) => ({ code: random.pick(THROTTLES), shape: random.pick([1, 2, 3, 4]) })],
  ['409 busy', 4, { code: 'SVCSTG.SWR.4090023' }],
  ['500', 6, { status: 500, code: 'SVCSTG.SWR.5000001' }],
  ['page as a success', 4, { status: 200, body: PAGE }],
  ['page as a success, after', 3, { status: 200, body: PAGE, afterwards: true }],
  ['401', 10, (random) => ({ status: 401, code: random.pick(TOKEN_REJECTIONS) })],
  // Permanent failures: few, as each of them ends in the dead-letter queue.
  ['403 permission', 1.2, (random) => ({ code: random.pick(['SVCSTG.SWR.4030170', 'SVCSTG.SWR.4037017']) })],
  ['404 no such API', 0.3, { status: 404, code: 'APIGW.0101' }],
];

/** Never rejected credentials: five of them would lock the user, and one is not retried for 15 minutes. */
const IAM: readonly Kind[] = [
  ...ANYWHERE,
  ['429', 8, { status: 429, code: 'IAM.0012' }],
  ['429 Retry-After', 6, retryAfter({ status: 429, code: 'IAM.0012' })],
  ['410 failover', 4, { status: 410, code: 'IAM.0020' }],
  ['500', 6, { status: 500 }],
  ['no token in the answer', 4, { omitHeaders: ['X-Subject-Token'] }],
];

/** Mostly short, and now and then just long enough for the message to be hidden for it. */
function retryAfter(fault: Fault): (random: Random) => Fault {
  return (random) => ({ ...fault, headers: { 'Retry-After': random.pick(['1', '1', '2', '2', '6']) } });
}

/** Chooses faults for a share of all calls to Huawei Cloud, 0 to 1, and counts both. */
export function chooseFaults(random: Random, share: number, tally: Tally): ChooseFault {
  return (operation) => {
    tally.count('calls', operation);
    if (!random.chance(share)) return undefined;
    const [service, kinds] = operation === 'createToken' ? (['IAM', IAM] as const) : (['SWR', SWR] as const);
    const [name, , fault] = random.pickWeighted(kinds.map((kind) => [kind[1], kind] as const));
    tally.count('faults', `${service}: ${name}`);
    return typeof fault === 'function' ? fault(random) : fault;
  };
}

/** Share of kills that meet `receive`. */
const RECEIVE_SHARE = 0.15;
/** A rough average. */
const CALLS_PER_EVENT = 3;
const EXPIRE_EVERY_CALLS = 1500;

/**
 * From now on, calls to Huawei Cloud fail, tokens end early, and processes are killed in the middle of their work: when a call
 * has arrived, so that it takes effect and the process never gets the answer.
 */
export function injectFaults(
  emulator: Emulator,
  { receive, workers }: Pick<SoakStack, 'receive' | 'workers'>,
  { faults, killEvery }: Pick<SoakOptions, 'faults' | 'killEvery'>,
  random: Random,
  tally: Tally,
): void {
  const chooseFault = chooseFaults(random.fork(), faults, tally);
  const untilKill = () =>
    faults === 0 ? Number.POSITIVE_INFINITY : random.integer(1, 2 * killEvery * CALLS_PER_EVENT);
  let killIn = untilKill();
  let expireIn = EXPIRE_EVERY_CALLS;
  emulator.faultWhere((operation) => {
    killIn -= 1;
    if (killIn <= 0) {
      const busy = workers.filter((worker) => worker.isBusy());
      const victim = random.chance(RECEIVE_SHARE) || busy.length === 0 ? receive : random.pick(busy);
      tally.count('kills', victim === receive ? 'receive' : 'clean');
      // Not before this call has taken effect.
      setImmediate(() => void victim.kill());
      killIn = untilKill();
    }
    expireIn -= 1;
    if (expireIn <= 0 && faults > 0) {
      emulator.cloud.identities.expireTokens();
      tally.count('faults', 'IAM: all tokens end');
      expireIn = EXPIRE_EVERY_CALLS;
    }
    emulator.cloud.goneAs = random.pick([404, 400]);
    return chooseFault(operation);
  });
}
