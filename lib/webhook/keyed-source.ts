import type { Config } from '../config/config.ts';
import { sources } from '../sources/index.ts';
import type { Delivery, Source, Verification } from '../sources/source.ts';
import { type ReadSecret, StoredSecret } from '../stored-secret.ts';

/** So often can a stranger with a wrong signature make the secret store be asked. */
const REFRESH_MS = 30_000;

/** A source of the configuration, with the keys that its secret holds. */
export class KeyedSource {
  /** What the configuration calls it, and its address ends in. */
  readonly name: string;
  readonly source: Source;
  readonly secret: StoredSecret<readonly Buffer[]>;

  constructor(name: string, source: Source, reference: string, read: ReadSecret) {
    this.name = name;
    this.source = source;
    this.secret = new StoredSecret(reference, read, (text) =>
      splitSecrets(text).map((each) => source.parseSecret(each)),
    );
  }

  /**
   * Verifies a delivery, if need be with a secret that was changed since it was last read.
   *
   * @throws {ServiceError} if there is no secret to be had.
   */
  async verify(delivery: Delivery, nowMs: number): Promise<Verification> {
    const first = this.source.verify(delivery, await this.secret.get(), nowMs);
    if (first.verified || first.stale === true) return first;
    return this.source.verify(delivery, await this.secret.get(REFRESH_MS), nowMs);
  }
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
    Object.entries(config.sources).map(([name, { type, secret }]) => [
      name,
      new KeyedSource(name, sources[type], secret, read),
    ]),
  );
}
