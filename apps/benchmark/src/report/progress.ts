const EVERY_MS = 15_000;

/** What is being done: a line that changes where a person watches; where a file does, a line per part and one every 15 seconds. */
export function progressOn(out: NodeJS.WriteStream) {
  const began = Date.now();
  let part = '';
  let doing = '';
  const text = () => `${Math.round((Date.now() - began) / 1_000)} s  ${part}: ${doing}`;
  const show = () => out.write(out.isTTY ? `\r\x1b[K${text().slice(0, (out.columns ?? 120) - 1)}` : `${text()}\n`);
  const timer = setInterval(show, out.isTTY ? 1_000 : EVERY_MS);
  return {
    now: (newPart: string, text: string) => {
      const changed = newPart !== part;
      [part, doing] = [newPart, text];
      if (out.isTTY || changed) show();
    },
    end: () => {
      clearInterval(timer);
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
}
