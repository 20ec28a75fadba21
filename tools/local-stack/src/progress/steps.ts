/** One thing that is done on the way to a running stack. `report` shows how far it is. */
export interface Step {
  title: string;
  skip?: boolean;
  run(report: (text: string) => void): Promise<void>;
}

/** Does steps one after the other and shows them in its way. */
export type ShowSteps = (steps: readonly Step[]) => Promise<void>;

export const quietly: ShowSteps = async (steps) => {
  for (const step of steps) if (!step.skip) await step.run(() => undefined);
};

/** For logs and pipes: a line when a step begins, one for each thing it reports. */
export const inLines =
  (write: (line: string) => void): ShowSteps =>
  async (steps) => {
    for (const step of steps) {
      if (step.skip) continue;
      write(step.title);
      await step.run((text) => write(`  ${text}`));
    }
  };
