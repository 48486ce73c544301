import type { Content } from './sender.ts';

/** A request as a `curl` command for a POSIX shell. */
export function showRequest(url: URL, { headers, body }: Content, proof: readonly string[]): string {
  const lines = [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...proof];
  return [
    `curl -i ${quote(url.href)}`,
    ...lines.map((line) => `  -H ${quote(line)}`),
    `  --data-raw ${quote(body)}`,
  ].join(' \\\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
