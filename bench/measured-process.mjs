// The process in which one bundle is measured. Plain JavaScript without imports: type stripping, or a module of Node that is
// loaded already, would change a cold start. For the same reason it has a channel to its parent only where it isn't timed cold.
const { bundle, events } = JSON.parse(process.argv[2]);
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const startedAt = nowMs();
const { handler } = await import(bundle);
const importMs = nowMs() - startedAt;

async function invoke(event) {
  const cpuBefore = process.cpuUsage();
  const invokedAt = nowMs();
  const answer = await handler(event, context);
  const ms = nowMs() - invokedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { answer, ms, cpuMs: (user + system) / 1000 };
}

function weigh() {
  global.gc();
  const { heapUsed, rss } = process.memoryUsage();
  const spaces = process.getBuiltinModule('node:v8').getHeapSpaceStatistics();
  const young = spaces.find(({ space_name }) => space_name === 'new_space');
  return { heap: heapUsed, process: rss, young: young.physical_space_size };
}

if (process.send === undefined) {
  const invocations = [];
  for (const event of events) invocations.push(await invoke(event));
  // The last line, after those of the function.
  console.log(JSON.stringify({ importMs, invocations }));
  // Open connections would keep the process alive.
  process.exit();
}
const operations = { invoke, weigh };
process.on('message', async ([name, argument]) => process.send(await operations[name](argument)));
process.on('disconnect', () => process.exit());
process.send('ready');
