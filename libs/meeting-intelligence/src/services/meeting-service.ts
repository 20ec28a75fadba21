/** What one meeting service's links to join by look like. Data only; `reads` is for the few shapes that a template can't tell. */
export interface MeetingService {
  /** In kebab-case. */
  provider: string;
  /** Domains: each stands for itself and everything below it. */
  hosts: readonly string[];
  /** Domains below `hosts` that are something else. */
  otherHosts?: readonly string[];
  /** The domains themselves are the service's own pages; only what lies below them belongs to its customers. */
  needsSubdomain?: boolean;
  /** Labels of hosts under any domain, for software that people run themselves. Its `paths` had better be unmistakable. */
  selfHosted?: readonly string[];
  /**
   * Where one joins: `/j/{meetingId:digits(9-12)}?pwd={passcode}`. `*` is one segment, `**` at the end any number of them. A parameter is
   * needed where its value holds `{meetingId}`, `*` or a word, and may be missing where it holds `{passcode}`.
   */
  paths: readonly string[];
  /** The same for rooms that belong to a person and stand open for whatever meeting: a link to one meeting is better. */
  rooms?: readonly string[];
  /** Pages that a path above would take for a place to join. */
  otherPaths?: readonly string[];
  /** Names of parameters that only say where the visitor comes from. */
  tracking?: readonly string[];
  /** For shapes that no template tells; asked after the templates. */
  reads?: (url: URL) => Reading | undefined;
}

export interface Reading {
  /** Where one joins, when it is not the link itself. */
  url?: URL;
  meetingId?: string | undefined;
  passcode?: string | undefined;
}
