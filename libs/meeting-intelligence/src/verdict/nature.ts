import { Nature } from '../assessment';
import { AssessableEntry } from '../entry';
import { isFreeMail } from './free-mail';
import { People } from './people';

/** From so many people on nobody expects to be missed. */
const LARGE = 20;

export const natureOf = (entry: AssessableEntry, people: People): Nature => {
  const nature = {
    size: sizeOf(entry, people),
    reach: reachOf(people),
    recurring:
      (entry.recurrence?.length ?? 0) > 0 || entry.providerSeriesId !== undefined || entry.originalStart !== undefined,
  } as Nature;
  const organizer = organizerOf(entry);
  if (organizer) nature.organizer = organizer;
  nature.needsResponse = entry.status !== 'cancelled' && people.ownResponse === 'needsAction' && !organizer?.self;
  return nature;
};

const organizerOf = ({ organizer: { email, name, self } = {} }: AssessableEntry): Nature['organizer'] => {
  if (email === undefined && name === undefined && !self) return undefined;
  const organizer: Nature['organizer'] = {};
  if (email !== undefined) organizer.email = email;
  if (name !== undefined) organizer.name = name;
  if (self) organizer.self = self;
  return organizer;
};

const sizeOf = ({ attendeesOmitted }: AssessableEntry, { others }: People): Nature['size'] => {
  if (attendeesOmitted || others.size + 1 >= LARGE) return 'large';
  if (others.size > 1) return 'group';
  return others.size === 1 ? 'one-to-one' : 'solo';
};

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

const isBelow = (domain: string, above: string): boolean =>
  domain.endsWith(above) && domain[domain.length - above.length - 1] === '.';

const sameOrganisation = (one: string, other: string): boolean =>
  one === other || isBelow(one, other) || isBelow(other, one);

/** Two people of one free mail service share no organisation, and two of different domains none either. */
const reachOf = ({ own, others }: People): Nature['reach'] => {
  const homes = [...own].filter((address) => address.includes('@')).map(domainOf);
  if (homes.length === 0) return 'unknown';
  let reach: Nature['reach'] = 'unknown';
  for (const address of others) {
    if (!address.includes('@')) continue;
    const domain = domainOf(address);
    if (!homes.some((home) => sameOrganisation(home, domain))) return 'external';
    if (!isFreeMail(domain)) reach = 'internal';
  }
  return reach;
};
