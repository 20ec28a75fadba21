import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** One line: everything that one request changed, so that a torn last line loses a whole request, never half of one. */
export interface JournalLine {
  counter: number;
  writes: [collection: string, key: string, value: unknown][];
}

export interface Journal {
  append(line: JournalLine): void;
  close(): void;
}

export const noJournal: Journal = { append: () => undefined, close: () => undefined };

function readLines(file: string): JournalLine[] {
  if (!existsSync(file)) return [];
  const lines: JournalLine[] = [];
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    if (text === '') continue;
    try {
      lines.push(JSON.parse(text));
    } catch {
      break; // the line that a kill cut off; nothing follows it
    }
  }
  return lines;
}

/**
 * An append-only file of what was written. Each line is handed to the operating system before the request is answered:
 * it survives `kill -9` of the process, not a power cut. Opening it compacts it.
 */
export function openJournal(
  directory: string,
  apply: (line: JournalLine) => void,
  snapshot: () => JournalLine,
): Journal {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'journal.jsonl');
  for (const line of readLines(file)) apply(line);
  writeFileSync(`${file}.new`, `${JSON.stringify(snapshot())}\n`);
  renameSync(`${file}.new`, file);
  const descriptor = openSync(file, 'a');
  return {
    append: (line) => {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    },
    close: () => closeSync(descriptor),
  };
}
