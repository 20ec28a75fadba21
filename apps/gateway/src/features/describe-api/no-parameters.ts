/** The query of a route that takes none: whoever sends a parameter hears that it is not known, as everywhere else. */
export class NoParameters {}
