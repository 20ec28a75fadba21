/** What can go wrong at a provider, in words that hold for every provider. Nobody outside an adapter sees a status code. */
export abstract class ProviderFailure extends Error {
  abstract readonly code: ProviderFailureCode;
  override get name() {
    return this.code;
  }
}

export type ProviderFailureCode =
  | 'CursorExpired'
  | 'AccessRevoked'
  | 'ConsentTooSmall'
  | 'AccountUnusable'
  | 'RateLimited'
  | 'CalendarGone'
  | 'WatchNotSupported'
  | 'WatchRefused'
  | 'ChannelIdTaken'
  | 'ClientRefused'
  | 'ProviderUnavailable'
  | 'ProviderRefused';

/** The cursor is of no more use: pull everything, then sweep what did not come back. */
export class CursorExpired extends ProviderFailure {
  readonly code = 'CursorExpired';
}

/** The grant is dead for good. Its owner has to connect again; repeating is useless. */
export class AccessRevoked extends ProviderFailure {
  readonly code = 'AccessRevoked';
}

/** The grant lives but lacks a scope or a right. Its owner has to consent again. */
export class ConsentTooSmall extends ProviderFailure {
  readonly code = 'ConsentTooSmall';
}

/** The account has no calendar service. */
export class AccountUnusable extends ProviderFailure {
  readonly code = 'AccountUnusable';
}

/** Too many calls. `scope` says whose budget is spent: the user's, the whole project's, or the provider's guard against abuse, which lasts hours. */
export class RateLimited extends ProviderFailure {
  readonly code = 'RateLimited';
  constructor(
    readonly scope: 'user' | 'project' | 'operational',
    readonly retryAfterMs?: number,
  ) {
    super(`the provider's limit for the ${scope} is reached`);
  }
}

/** The calendar was deleted, or the account lost its access to it. */
export class CalendarGone extends ProviderFailure {
  readonly code = 'CalendarGone';
}

/** This calendar can never be watched: poll it. */
export class WatchNotSupported extends ProviderFailure {
  readonly code = 'WatchNotSupported';
}

/** The address for pushes was refused: a matter of configuration. Poll meanwhile. */
export class WatchRefused extends ProviderFailure {
  readonly code = 'WatchRefused';
}

/** A channel of this id was opened before, perhaps by a call whose answer was lost. Take a new id. */
export class ChannelIdTaken extends ProviderFailure {
  readonly code = 'ChannelIdTaken';
}

/** The provider refuses our client as a whole, by its credentials or because the API is off: nobody's grant is at fault, and everybody waits until it is set right. */
export class ClientRefused extends ProviderFailure {
  readonly code = 'ClientRefused';
}

/** Transient: server errors, broken or truncated answers, time-outs. Repeat with backoff. */
export class ProviderUnavailable extends ProviderFailure {
  readonly code = 'ProviderUnavailable';
}

/** The provider says that our call or our configuration is wrong. Repeating does not help. */
export class ProviderRefused extends ProviderFailure {
  readonly code = 'ProviderRefused';
}
