import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { chooseFaults } from './faults.ts';
import type { Random } from './random.ts';
import type { SoakStack } from './stack.ts';
import type { Tally } from './tally.ts';

/** Beside the workers, `receive` is killed now and then. */
const RECEIVE_SHARE = 0.15;
/** So many calls for each event, about. */
const CALLS_AN_EVENT = 3;
const EXPIRE_EVERY_CALLS = 1500;

export interface MishapOptions {
  readonly random: Random;
  /** Of the calls to Huawei Cloud, 0 to 1. */
  readonly faults: number;
  /** One kill for about so many events. */
  readonly killEvery: number;
  readonly tally: Tally;
}

/**
 * From now on, calls to Huawei Cloud go wrong, tokens end early, and processes are killed in the middle of their work: just when
 * a call has arrived, so that it may be carried out and nobody hears of it.
 */
export function beginMishaps(
  emulator: Emulator,
  { receive, workers }: Pick<SoakStack, 'receive' | 'workers'>,
  { random, faults, killEvery, tally }: MishapOptions,
): void {
  const chooseFault = chooseFaults(random.fork(), faults, tally);
  const untilKill = () =>
    faults === 0 ? Number.POSITIVE_INFINITY : random.integer(1, 2 * killEvery * CALLS_AN_EVENT);
  let killIn = untilKill();
  let expireIn = EXPIRE_EVERY_CALLS;
  emulator.faultWhere((operation) => {
    killIn -= 1;
    if (killIn <= 0) {
      const busy = workers.filter(({ isBusy }) => isBusy);
      const victim = random.chance(RECEIVE_SHARE) || busy.length === 0 ? receive : random.pick(busy);
      tally.count('kills', victim === receive ? 'receive' : 'clean');
      // Not before this call has been carried out.
      setImmediate(() => void victim.kill());
      killIn = untilKill();
    }
    expireIn -= 1;
    if (expireIn <= 0 && faults > 0) {
      emulator.cloud.expireTokens();
      tally.count('faults', 'IAM: all tokens end');
      expireIn = EXPIRE_EVERY_CALLS;
    }
    emulator.cloud.goneAs = random.pick([404, 400]);
    return chooseFault(operation);
  });
}
