import type { Issue } from '../issues.ts';

const SECRET = /\.(?:secret|credentials)$/;
/** Paths of parts that hold secrets. */
const AROUND = /^$|^(?:accounts|sources)(?:\.[^.]+)?$|\.api$/;
const ENDPOINT = /\.(?:iamEndpoint|swrEndpoint|url)$/;
/** Whole, and with nothing in it but a host and a path. */
const PLAIN_ENDPOINT = /^"(?:\w+:\/\/)?[\w.:[\]-]*(?:\/[\w./-]*)?"$/;
const CANARY = /\.api\.canary(?:\[\d+\])?$/;
/** A name with an owner: a token has no slash. */
const PLAIN_NAME = /^"[\w.-]+(?:\/[\w.-]+)+"$/;
const EMPTY = new Set(['nothing', 'null', '{}', '[]']);

/** Hides what was found where it may be a secret, written in place of a reference or of a part around it. */
export function hideSecret(issue: Issue): Issue {
  return mayShow(issue) ? issue : { ...issue, found: 'something else (not shown: it may be a secret)' };
}

function mayShow({ path, found }: Issue): boolean {
  if (EMPTY.has(found)) return true;
  if (ENDPOINT.test(path)) return PLAIN_ENDPOINT.test(found);
  if (CANARY.test(path)) return PLAIN_NAME.test(found);
  if (SECRET.test(path)) return false;
  // A name that can't be one is shown by itself.
  return !AROUND.test(path) || found === `"${path.slice(path.lastIndexOf('.') + 1)}"`;
}
