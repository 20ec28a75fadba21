/** Which watched resources a request changed: `events/<calendar id>`, `calendarList/<e-mail>`, `acl/…`, `settings/…`. */
export class Touched {
  private readonly resources = new Set<string>();

  add(resource: string): void {
    this.resources.add(resource);
  }

  take(): string[] {
    const taken = [...this.resources];
    this.resources.clear();
    return taken;
  }
}
