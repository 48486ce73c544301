import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { sources } from '../sources/index.ts';
import type { Delivery, Signed, Source, SourceOptions, Verification } from '../sources/source.ts';
import { REFRESH_MS, type ReadSecret, StoredSecret } from '../stored-secret.ts';
import { SecretValues, splitSecrets } from './secret-values.ts';

const MAX_LABEL_LENGTH = 100;

type SourceConfig = Config['sources'][string];

interface Surroundings {
  /** The secrets of every source, of which none may be one of this source. */
  readonly values?: SecretValues;
  readonly log?: Log | undefined;
}

/** A source of the configuration, with what it takes to verify its deliveries. */
export class ConfiguredSource {
  /** What the configuration calls it, and its address ends in. */
  readonly name: string;
  readonly source: Source;
  /** Missing where no secret proves it. */
  readonly secret: StoredSecret<readonly Buffer[]> | undefined;
  readonly #options: SourceOptions;

  constructor(
    name: string,
    source: Source,
    { secret, topics }: Omit<SourceConfig, 'type'>,
    read: ReadSecret,
    { values, log }: Surroundings = {},
  ) {
    this.name = name;
    this.source = source;
    this.#options = topics === undefined ? {} : { topics };
    const parse = (text: string) => {
      const secrets = splitSecrets(text);
      values?.put(name, secrets);
      const keys = secrets.map((each) => source.parseSecret(each));
      values?.requireOwn(name);
      return keys;
    };
    const owner = { of: `source ${name}`, ...(log && { log }) };
    this.secret = secret === undefined ? undefined : new StoredSecret(secret, read, parse, owner);
  }

  /** The sender's own id of a delivery, to log and to search by. Nobody signs it, so nothing is decided by it. */
  deliveryIdOf(headers: Delivery['headers']): string | undefined {
    const sent = this.source.deliveryIdHeaders?.map((name) => headers[name]).find((value) => value);
    return sent === undefined ? undefined : shortenLabel(sent);
  }

  /**
   * Verifies a delivery, if need be with a secret that was changed since it was last read: its body is hashed at most
   * twice per key, and once where the secret is the same.
   *
   * @throws {ServiceError} if there is no secret to be had.
   */
  async verify(delivery: Delivery, nowMs: number): Promise<Verification> {
    const verifyWith = async (keys: readonly Buffer[]) =>
      this.source.verify(delivery, keys, nowMs, this.#options);
    if (this.secret === undefined) return verifyWith([]);
    const keys = await this.secret.get();
    const first = await verifyWith(keys);
    if (first.verified || first.stale === true) return first;
    const fresh = await this.secret.get(REFRESH_MS);
    const isNew = (key: Buffer) => !keys.some((each) => each.equals(key));
    return fresh.some(isNew) ? verifyWith(fresh) : first;
  }
}

/** Delivery of a configured source, after its signature was verified. */
export interface VerifiedDelivery {
  readonly from: ConfiguredSource;
  readonly signed: Signed;
  /** The sender's own id of the delivery: a label. */
  readonly deliveryId: string | undefined;
}

/** A text of the sender as it may stand in a log line, a ledger entry and a message. */
export function shortenLabel(text: string): string {
  return text.slice(0, MAX_LABEL_LENGTH).toWellFormed();
}

/** Every source of a configuration, by its name. */
export function configuredSources(
  config: Config,
  read: ReadSecret,
  log?: Log,
): Map<string, ConfiguredSource> {
  const references = Object.entries(config.sources).flatMap(([name, { secret }]) =>
    secret === undefined ? [] : [[name, secret] as const],
  );
  const values = new SecretValues(new Map(references), read);
  const readBesideOthers: ReadSecret = async (reference, maxAgeMs) => {
    const [text] = await Promise.all([read(reference, maxAgeMs), values.refresh(maxAgeMs)]);
    return text;
  };
  return new Map(
    Object.entries(config.sources).map(([name, { type, ...rest }]) => [
      name,
      new ConfiguredSource(name, sources[type], rest, readBesideOthers, { values, log }),
    ]),
  );
}
