const REFERENCE = /^(secretsmanager|ssm|env):(\S+)$/;

export interface SecretReference {
  readonly store: 'secretsmanager' | 'ssm' | 'env';
  /** A secret's name or ARN, a parameter's name, or a variable's. */
  readonly name: string;
}

/** True for `secretsmanager:NAME`, `ssm:NAME` or `env:NAME`. */
export function isSecretReference(text: string): boolean {
  return REFERENCE.test(text);
}

/**
 * Reads a secret reference.
 *
 * @throws {Error} if the text is not one; a validated configuration holds no such text.
 */
export function parseSecretReference(text: string): SecretReference {
  const [, store, name] = REFERENCE.exec(text) ?? [];
  if ((store !== 'secretsmanager' && store !== 'ssm' && store !== 'env') || name === undefined) {
    throw new Error(`${text} is not a secret reference`);
  }
  return { store, name };
}
