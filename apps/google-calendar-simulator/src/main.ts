import { parseArguments } from './arguments';
import { startSimulator } from './simulator';

async function main(): Promise<void> {
  const simulator = await startSimulator({
    ...parseArguments(process.argv.slice(2)),
    warn: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`listening on ${simulator.url}\n`);
  const end = () => {
    // Connections that a fault left hanging must not hold up the end.
    setTimeout(() => process.exit(0), 1_500).unref();
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
