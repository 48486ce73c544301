/** Names by store, of the characters that AWS allows: a wildcard in a name would get into the functions' policies. */
const NAMES = {
  secretsmanager: /^(?:arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]+$/,
  /** With the number or the label of a version, or without. */
  ssm: /^(?:arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter(?=\/))?[\w/.-]+(?::[\w.-]+)?$/,
  env: /^\S+$/,
};

export interface SecretReference {
  readonly store: keyof typeof NAMES;
  /** A secret's name or ARN, a parameter's name or ARN, or a variable's name. */
  readonly name: string;
}

/** True for `secretsmanager:NAME`, `ssm:NAME` or `env:NAME`. */
export function isSecretReference(text: string): boolean {
  return readReference(text) !== undefined;
}

/**
 * Reads a secret reference.
 *
 * @throws {Error} if the text is not one; a validated configuration holds no such text.
 */
export function parseSecretReference(text: string): SecretReference {
  const reference = readReference(text);
  if (reference === undefined) throw new Error(`${text} is not a secret reference`);
  return reference;
}

function readReference(text: string): SecretReference | undefined {
  const [store = ''] = text.split(':', 1);
  const name = text.slice(store.length + 1);
  if (store !== 'secretsmanager' && store !== 'ssm' && store !== 'env') return undefined;
  return NAMES[store].test(name) ? { store, name } : undefined;
}
