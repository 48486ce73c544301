import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const secretsManager = new SecretsManagerClient({});

export async function readSecret(SecretId) {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
  return SecretString;
}
