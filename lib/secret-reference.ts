const REFERENCE = /^(secretsmanager|ssm|env):(\S+)$/;

export interface SecretReference {
  readonly store: 'secretsmanager' | 'ssm' | 'env';
  /** A secret's name or ARN, a parameter's name, or a variable's. */
  readonly name: string;
}

export function isSecretReference(text: string): boolean {
  return REFERENCE.test(text);
}

/** @throws {Error} if it is none; a checked configuration holds no such text. */
export function parseSecretReference(text: string): SecretReference {
  const [, store, name] = REFERENCE.exec(text) ?? [];
  if ((store !== 'secretsmanager' && store !== 'ssm' && store !== 'env') || name === undefined) {
    throw new Error(`${text} is not a secret reference`);
  }
  return { store, name };
}
