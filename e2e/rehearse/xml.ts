/** The text of every element of that name, which is enough for the answers of AWS's query protocol read here. */
export function readXml(body: string, name: string): string[] {
  return [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value);
}
