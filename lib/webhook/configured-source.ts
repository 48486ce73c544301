import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { type SourceConfig, sources } from '../sources/index.ts';
import type { Delivery, Signed, Source, SourceOptions, Verification } from '../sources/source.ts';
import { REFRESH_MS, type ReadSecret, StoredSecret } from '../stored-secret.ts';
import { SecretValues, splitSecrets } from './secret-values.ts';

const MAX_LABEL_LENGTH = 100;

interface SourceContext {
  /** Secrets of all sources, none of which may be one of this source. */
  readonly values?: SecretValues;
  readonly log?: Log | undefined;
}

/** Source of the configuration, which verifies its own deliveries. */
export class ConfiguredSource {
  /** Name in the configuration, and end of the source's address. */
  readonly name: string;
  readonly source: Source;
  /** Undefined if the source has none. */
  readonly secret: StoredSecret<readonly Buffer[]> | undefined;
  /** True if an alarm watches for its silence, so that its deliveries are counted. */
  readonly isExpected: boolean;
  readonly #options: SourceOptions;

  constructor(
    name: string,
    source: Source,
    { secret, topics, expectEvery }: Omit<SourceConfig, 'type'>,
    read: ReadSecret,
    { values, log }: SourceContext = {},
  ) {
    this.name = name;
    this.source = source;
    this.isExpected = expectEvery !== undefined;
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

  /** Sender's own id of a delivery, to log and to search by. It is not signed, so it decides nothing. */
  deliveryIdOf(headers: Delivery['headers']): string | undefined {
    const sent = this.source.deliveryIdHeaders?.map((name) => headers[name]).find((value) => value);
    return sent === undefined ? undefined : shortenLabel(sent);
  }

  /**
   * Verifies a delivery, if necessary with a secret that was changed since it was last read. The body is hashed at most
   * twice per key, and once if the secret is the same.
   *
   * @throws {ServiceError} if no secret can be read.
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
  /** Sender's own id of the delivery: a label, not signed. */
  readonly deliveryId: string | undefined;
}

/** Shortens a sender's text for log lines, ledger entries and messages. */
export function shortenLabel(text: string): string {
  return text.slice(0, MAX_LABEL_LENGTH).toWellFormed();
}

/** Creates the sources of a configuration, by their names. */
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
