/** Asked so often, a statement is worth keeping. */
const OFTEN = 5;
/** Texts that are made up anew each time must not fill the memory of the server. */
const MOST = 500;

/**
 * Names for statements that are asked again and again, by their text: a connection then parses and plans them once, which for short ones is
 * most of their cost. Postgres keeps to plans made for the values of each call where those promise to be cheaper.
 */
export class StatementNames {
  private readonly asked = new Map<string, number>();
  private readonly names = new Map<string, string>();

  /** Undefined as long as the text isn't asked often. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const times = (this.asked.get(text) ?? 0) + 1;
    if (times < OFTEN || this.names.size >= MOST) {
      if (this.asked.size >= MOST && !this.asked.has(text)) this.asked.clear();
      this.asked.set(text, times);
      return undefined;
    }
    this.asked.delete(text);
    const name = `often-${this.names.size + 1}`;
    this.names.set(text, name);
    return name;
  }
}
