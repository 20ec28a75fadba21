import { domainsAbove } from '../links/hosts';
import { imitates } from '../links/imitation';
import { knownServices } from './known-services';
import { MeetingService, Reading } from './meeting-service';
import { LinkParts, linkParts, matchTemplate, PathTemplate, pathTemplate } from './path-template';

export interface Recognised extends Reading {
  provider: string;
  url: URL;
  /** A standing room of somebody's. */
  isRoom: boolean;
  /** The service's own names of parameters that only say where the visitor comes from. */
  tracking: ReadonlySet<string>;
}

interface Compiled {
  service: MeetingService;
  hosts: ReadonlySet<string>;
  otherHosts: ReadonlySet<string>;
  paths: readonly { template: PathTemplate; isRoom: boolean }[];
  otherPaths: readonly PathTemplate[];
  tracking: ReadonlySet<string>;
}

const compile = (service: MeetingService): Compiled => ({
  service,
  hosts: new Set(service.hosts),
  otherHosts: new Set(service.otherHosts),
  paths: [
    ...service.paths.map((path) => ({ template: pathTemplate(path), isRoom: false })),
    ...(service.rooms ?? []).map((path) => ({ template: pathTemplate(path), isRoom: true })),
  ],
  otherPaths: (service.otherPaths ?? []).map(pathTemplate),
  tracking: new Set(service.tracking),
});

/** Names that services keep for pages of their own where people may choose the names of their rooms. */
const noRooms = new Set(
  `about account accounts admin api app apps assets auth blog business careers company contact cookies create dashboard de demo docs
  download downloads education en enterprise es event events explore faq features fr guide help home how-it-works index info information install
  integrations it jobs js ja landing legal login logout new news nl partners pl plans press pricing privacy product products profile pt
  record recording recordings register registration resources rooms schedule search security settings sign-in sign-up signin signup
  solutions start static status support terms test tos tutorial user users video-call webinars welcome whats-new zh`.split(
    /\s+/,
  ),
);
const page = /\.(?:html?|php|aspx?|jsp|js|css|png|jpe?g|gif|svg|ico|pdf|txt|xml|json)$/i;

/** Which links lead into a meeting of which service: those of customers first, then the known ones. */
export class ServiceIndex {
  private readonly byDomain = new Map<string, Compiled[]>();
  private readonly byLabel = new Map<string, Compiled[]>();
  private readonly unrestricted: readonly Compiled[];

  constructor(customers: readonly MeetingService[] = []) {
    const own = customers.map(compile);
    this.unrestricted = own;
    for (const compiled of [...own, ...compiledKnown]) {
      for (const host of compiled.service.hosts) put(this.byDomain, host, compiled);
      for (const label of compiled.service.selfHosted ?? []) put(this.byLabel, label, compiled);
    }
  }

  /** Whether a service may be there; `domains` are the host and all above it. */
  isHost(host: string, domains: readonly string[]): boolean {
    return domains.some((domain) => this.byDomain.has(domain)) || this.byLabel.has(firstLabel(host));
  }

  /** Whether a link of this host may join something: no page of a service's that is known to be another. */
  mayJoin(host: string, domains: readonly string[]): boolean {
    const isThere = (candidate: Compiled) => !isElsewhere(candidate, domains);
    return (
      domains.some((domain) => this.byDomain.get(domain)?.some(isThere)) ||
      (this.byLabel.get(firstLabel(host))?.some(isThere) ?? false)
    );
  }

  /** The provider that a domain belongs to; undefined for a stranger. */
  providerOf(host: string): string | undefined {
    for (const domain of domainsAbove(host)) {
      const [found] = this.byDomain.get(domain) ?? [];
      if (found) return found.service.provider;
    }
    return undefined;
  }

  /** What the link joins; undefined for one that joins nothing. */
  recognise(url: URL): Recognised | undefined {
    let link: LinkParts | undefined;
    const tryAll = (candidates: readonly Compiled[], domains: readonly string[]): Recognised | undefined => {
      for (const candidate of candidates) {
        if (isElsewhere(candidate, domains)) continue;
        const found = this.read(candidate, url, () => (link ??= linkParts(url)));
        if (found) return found;
      }
      return undefined;
    };
    const domains = domainsAbove(url.hostname);
    for (const domain of domains) {
      const found = tryAll(this.byDomain.get(domain) ?? [], domains);
      if (found) return found;
    }
    const found = tryAll(this.byLabel.get(firstLabel(url.hostname)) ?? [], domains);
    // Software that anybody may run: also somebody whose host is made to be read as another's.
    return found && !imitates(url) ? found : undefined;
  }

  private read(compiled: Compiled, url: URL, linkOf: () => LinkParts): Recognised | undefined {
    const { service, paths, otherPaths, tracking } = compiled;
    if (otherPaths.length > 0 && otherPaths.some((template) => matchTemplate(template, linkOf()))) return undefined;
    const { provider } = service;
    for (const { template, isRoom } of paths) {
      const captured = matchTemplate(template, linkOf());
      if (!captured || !this.mayBeRoom(compiled, captured.meetingId)) continue;
      const { meetingId, passcode } = captured;
      return { provider, url, isRoom, tracking, meetingId, passcode };
    }
    const reading = service.reads?.(url);
    if (!reading) return undefined;
    const { meetingId, passcode } = reading;
    return { provider, url: reading.url ?? url, isRoom: false, tracking, meetingId, passcode };
  }

  private mayBeRoom(compiled: Compiled, name: string | undefined): boolean {
    if (name === undefined || this.unrestricted.includes(compiled)) return true;
    return !noRooms.has(name.toLowerCase()) && !page.test(name);
  }
}

const isElsewhere = ({ service, hosts, otherHosts }: Compiled, domains: readonly string[]): boolean =>
  (otherHosts.size > 0 && domains.some((domain) => otherHosts.has(domain))) ||
  (service.needsSubdomain === true && hosts.has(domains[0]!));

const put = <Value>(map: Map<string, Value[]>, key: string, value: Value): void => {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
};

/** The name that a server was given: `bbb` also of `bbb-2.example.org`. */
const firstLabel = (host: string): string => {
  if (!host.includes('.')) return '';
  let end = 0;
  for (let code = host.charCodeAt(0); code >= 97 && code <= 122; code = host.charCodeAt(end)) end += 1;
  return host.slice(0, end);
};

const compiledKnown = knownServices.map(compile);
const known = new ServiceIndex();
const ofCustomers = new WeakMap<readonly MeetingService[], ServiceIndex>();

/** The index for these customers' services; made once for each list. */
export const serviceIndex = (customers: readonly MeetingService[] | undefined): ServiceIndex => {
  if (customers === undefined || customers.length === 0) return known;
  let index = ofCustomers.get(customers);
  if (!index) ofCustomers.set(customers, (index = new ServiceIndex(customers)));
  return index;
};
