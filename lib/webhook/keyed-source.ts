import type { Config } from '../config/config.ts';
import { sources } from '../sources/index.ts';
import type { Delivery, Source, SourceOptions, Verification } from '../sources/source.ts';
import { type ReadSecret, StoredSecret } from '../stored-secret.ts';

/** So often can a stranger with a wrong signature make the secret store be asked. */
const REFRESH_MS = 30_000;
const MAX_LABEL_LENGTH = 100;

type SourceConfig = Config['sources'][string];

/** A source of the configuration, with what it takes to verify its deliveries. */
export class KeyedSource {
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
  ) {
    this.name = name;
    this.source = source;
    this.#options = topics === undefined ? {} : { topics };
    this.secret =
      secret === undefined
        ? undefined
        : new StoredSecret(secret, read, (text) =>
            splitSecrets(text).map((each) => source.parseSecret(each)),
          );
  }

  /** The sender's own id of a delivery, to log and to search by. Nobody signs it, so nothing is decided by it. */
  deliveryIdOf(headers: Delivery['headers']): string | undefined {
    const sent = this.source.deliveryIdHeaders?.map((name) => headers[name]).find((value) => value);
    return sent === undefined ? undefined : shortenLabel(sent);
  }

  /**
   * Verifies a delivery, if need be with a secret that was changed since it was last read.
   *
   * @throws {ServiceError} if there is no secret to be had.
   */
  async verify(delivery: Delivery, nowMs: number): Promise<Verification> {
    const verifyWith = async (keys: readonly Buffer[]) =>
      this.source.verify(delivery, keys, nowMs, this.#options);
    if (this.secret === undefined) return verifyWith([]);
    const first = await verifyWith(await this.secret.get());
    if (first.verified || first.stale === true) return first;
    return verifyWith(await this.secret.get(REFRESH_MS));
  }
}

/** A text of the sender as it may stand in a log line, a ledger entry and a message. */
export function shortenLabel(text: string): string {
  return text.slice(0, MAX_LABEL_LENGTH).toWellFormed();
}

/** One secret, or the JSON array of several that count at the same time while they are being rotated. */
function splitSecrets(text: string): readonly string[] {
  const list = parseList(text);
  if (list === undefined) return [text.replace(/\r?\n$/, '')];
  if (list.length === 0 || !list.every((each) => typeof each === 'string')) {
    throw new Error('expected a JSON array of secrets, found another one');
  }
  return list;
}

function parseList(text: string): unknown[] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Every source of a configuration, by its name. */
export function keyedSources(config: Config, read: ReadSecret): Map<string, KeyedSource> {
  return new Map(
    Object.entries(config.sources).map(([name, { type, ...rest }]) => [
      name,
      new KeyedSource(name, sources[type], rest, read),
    ]),
  );
}
