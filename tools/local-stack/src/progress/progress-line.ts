const EVERY_MS = 15_000;

/** How far something long is: a line that changes where a person watches, one every 15 seconds where a file does. */
export function progressLine(title: string, out: NodeJS.WriteStream = process.stderr) {
  const began = Date.now();
  let detail = '';
  const text = () => `${title}: ${detail} (${Math.round((Date.now() - began) / 1_000)} s)`;
  const show = () => (out.isTTY ? out.write(`\r\x1b[K${text()}`) : out.write(`${text()}\n`));
  const timer = setInterval(show, out.isTTY ? 1_000 : EVERY_MS);
  return {
    now: (words: string) => {
      detail = words;
    },
    end: () => {
      clearInterval(timer);
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
}
