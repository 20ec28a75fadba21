import { Listr } from 'listr2';
import { inLines, type ShowSteps } from './steps';

const onTerminal: ShowSteps = async (steps) => {
  await new Listr(
    steps.map(({ title, skip, run }) => ({
      title,
      skip: skip === true,
      task: (_context, task) => run((text) => (task.output = text)),
    })),
    // Ctrl-C is ours: what was started must be ended first.
    { registerSignalListeners: false, rendererOptions: { showSkipMessage: false, collapseSubtasks: false } },
  ).run();
};

/** Spinners where a person watches, plain lines where a file does. */
export const showSteps: ShowSteps = process.stdout.isTTY
  ? onTerminal
  : inLines((line) => void process.stdout.write(`${line}\n`));
