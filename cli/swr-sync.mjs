#!/usr/bin/env node
// Plain JavaScript of long ago, so that an old Node.js can say that it is one.
import { existsSync } from 'node:fs';

const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  console.error(`swr-sync needs Node.js ${NEEDED} or newer; this is ${process.versions.node}.`);
  process.exitCode = 2;
} else {
  // In a clone the sources count. Node strips no types below node_modules, so a package has a bundle in their place.
  const sources = new URL('./main.ts', import.meta.url);
  const bundle = new URL('../dist-cli/swr-sync.mjs', import.meta.url);
  const { main } = await import((existsSync(sources) ? sources : bundle).href);
  await main(process.argv.slice(2));
}
