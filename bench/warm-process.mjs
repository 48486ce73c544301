// Invokes several bundles in turn, in one process that has been warmed up, and tells how long each invocation took. The
// result goes to file descriptor 3; what the bundles print is not measured apart.
const { bundles, events, warmUp, rounds } = JSON.parse(process.argv[2]);
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
const now = () => process.hrtime.bigint();

const handlers = [];
for (const bundle of bundles) handlers.push((await import(bundle)).handler);
const times = handlers.map(() => []);
for (let round = 0; round < warmUp + rounds; round += 1) {
  for (const [index, handler] of handlers.entries()) {
    // The body parser writes into the event.
    const event = structuredClone(events[round % events.length]);
    const startedAt = now();
    const { statusCode } = await handler(event, context);
    const took = (Number(now()) - Number(startedAt)) / 1e6;
    if (statusCode !== 202) throw new Error(`answered ${statusCode}`);
    if (round >= warmUp) times[index].push(took);
  }
}
process.getBuiltinModule('node:fs').writeSync(3, JSON.stringify(times));
process.exit();
