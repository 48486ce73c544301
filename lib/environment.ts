/**
 * The value of an environment variable that has to be there.
 *
 * @throws {Error} that names it.
 */
export function requireEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
