import { lowerAscii } from '../lower-ascii.ts';
import type { Token } from './joint-images.ts';
import type { Route } from './route.ts';
import { namesOf, splitTemplate } from './route-pattern.ts';

/** A template of a route, and what the comparison with others needs of it. */
export interface Template {
  readonly route: Route;
  /** In lower case. */
  readonly template: string;
  readonly source: string;
  readonly pattern: string;
  readonly tokens: readonly Token[];
  /** Names of the pattern that the template lacks: whatever they are, the image is the same. */
  readonly missing: readonly string[];
  /** Routes of the same source that come first: what fits one of them never comes to this route. */
  readonly earlier: readonly Route[];
}

export function readTemplate(text: string, route: Route, routes: readonly Route[]): Template {
  const colon = route.from.indexOf(':');
  const source = route.from.slice(0, colon);
  const pattern = route.from.slice(colon + 1);
  const names = namesOf(pattern);
  const template = splitTemplate(text)
    .map((part) => ('name' in part ? `{${part.name}}` : lowerAscii(part.text)))
    .join('');
  return {
    route,
    template,
    source,
    pattern,
    tokens: splitTemplate(template).flatMap((part): Token[] =>
      'name' in part
        ? [{ name: part.name, many: names.get(part.name) === true }]
        : part.text.split('').map((char) => ({ char })),
    ),
    missing: [...names.keys()].filter((name) => !template.includes(`{${name}}`)),
    earlier: routes.slice(0, routes.indexOf(route)).filter(({ from }) => from.startsWith(`${source}:`)),
  };
}
