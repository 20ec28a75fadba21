import { type Journal, type JournalLine, noJournal, openJournal } from './journal';

type Undo = () => void;

/** A keyed set of documents. Documents are never changed in place: a changed one is put again. */
export class Collection<T> {
  constructor(
    private readonly documents: Map<string, T>,
    private readonly write: (key: string, value: T | undefined) => void,
  ) {}

  get(key: string): T | undefined {
    return this.documents.get(key);
  }

  has(key: string): boolean {
    return this.documents.has(key);
  }

  values(): T[] {
    return [...this.documents.values()];
  }

  put(key: string, value: T): T {
    this.write(key, value);
    return value;
  }

  remove(key: string): void {
    if (this.documents.has(key)) this.write(key, undefined);
  }
}

/** All state of the simulator: documents in memory, and in a journal where a directory is given. */
export class Store {
  private readonly maps = new Map<string, Map<string, unknown>>();
  private readonly journal: Journal;
  private counter = 0;
  private pending: JournalLine['writes'] = [];
  private undo: Undo[] = [];

  constructor(directory?: string) {
    this.journal =
      directory === undefined
        ? noJournal
        : openJournal(
            directory,
            (line) => this.apply(line),
            () => this.snapshot(),
          );
  }

  /** A number larger than any given before, also over restarts. */
  next(): number {
    return ++this.counter;
  }

  get position(): number {
    return this.counter;
  }

  collection<T>(name: string): Collection<T> {
    // What lies in a collection was put there by the same code: the journal is this program's own file.
    const documents = this.map(name) as Map<string, T>;
    return new Collection<T>(documents, (key, value) => {
      const before = documents.get(key);
      this.undo.push(() => (before === undefined ? documents.delete(key) : documents.set(key, before)));
      this.pending.push([name, key, value ?? null]);
      if (value === undefined) documents.delete(key);
      else documents.set(key, value);
    });
  }

  /** Runs synchronously; all it wrote is kept, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    try {
      const result = work();
      if (this.pending.length > 0) this.journal.append({ counter: this.counter, writes: this.pending });
      return result;
    } catch (error) {
      for (const step of this.undo.reverse()) step();
      throw error;
    } finally {
      this.pending = [];
      this.undo = [];
    }
  }

  clear(): void {
    for (const [name, documents] of this.maps) {
      for (const key of [...documents.keys()]) this.collection(name).remove(key);
    }
  }

  close(): void {
    this.journal.close();
  }

  private map(name: string): Map<string, unknown> {
    let documents = this.maps.get(name);
    if (!documents) this.maps.set(name, (documents = new Map()));
    return documents;
  }

  private apply({ counter, writes }: JournalLine): void {
    this.counter = counter;
    for (const [name, key, value] of writes) {
      if (value === null) this.map(name).delete(key);
      else this.map(name).set(key, value);
    }
  }

  private snapshot(): JournalLine {
    const writes: JournalLine['writes'] = [];
    for (const [name, documents] of this.maps) for (const [key, value] of documents) writes.push([name, key, value]);
    return { counter: this.counter, writes };
  }
}
