// A bundle in a process of its own, invoked with one event after the other. Plain JavaScript without an import of its own, like
// measured-process.mjs.
const { handler } = await import(process.argv[2]);
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };

async function invoke(event) {
  const before = process.cpuUsage();
  const answer = await handler(event, context);
  const { user, system } = process.cpuUsage(before);
  return { answer, cpuMs: (user + system) / 1000 };
}

function weigh() {
  global.gc();
  const { heapUsed, rss } = process.memoryUsage();
  const spaces = process.getBuiltinModule('node:v8').getHeapSpaceStatistics();
  const young = spaces.find(({ space_name }) => space_name === 'new_space');
  return { heapBytes: heapUsed, rssBytes: rss, youngBytes: young.physical_space_size };
}

process.on('message', async ({ event }) => {
  process.send(event === undefined ? weigh() : await invoke(event));
});
process.on('disconnect', () => process.exit());
process.send('ready');
