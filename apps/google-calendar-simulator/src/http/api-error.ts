export interface ErrorDetail {
  domain: string;
  reason: string;
  message: string;
  locationType?: string;
  location?: string;
}

interface FrontEnd {
  status: string;
  message: string;
  details?: { [field: string]: unknown }[];
}

/**
 * A refusal in one of Google's two envelopes: the Calendar backend's, or (with `frontEnd`) that of the API front end, which
 * adds a `status` and its own outer message.
 * https://developers.google.com/workspace/calendar/api/guides/errors
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: ErrorDetail,
    readonly frontEnd?: FrontEnd,
    readonly headers: { [name: string]: string } = {},
  ) {
    super(detail.message);
  }

  body(): { error: { [field: string]: unknown } } {
    const { detail, frontEnd } = this;
    if (!frontEnd) return { error: { errors: [detail], code: this.status, message: detail.message } };
    return {
      error: {
        code: this.status,
        message: frontEnd.message,
        errors: [detail],
        status: frontEnd.status,
        ...(frontEnd.details && { details: frontEnd.details }),
      },
    };
  }
}

type Location = Pick<ErrorDetail, 'locationType' | 'location'>;

const parameter = (location: string): Location => ({ locationType: 'parameter', location });

const make = (status: number, domain: string, reason: string, message: string, location: Location = {}): ApiError =>
  new ApiError(status, { domain, reason, message, ...location });

export const invalid = (message: string, location?: string): ApiError =>
  make(400, 'global', 'invalid', message, location === undefined ? {} : parameter(location));

export const required = (message: string): ApiError => make(400, 'global', 'required', message);

export const badRequest = (message: string): ApiError => make(400, 'global', 'badRequest', message);

export const parseError = (): ApiError => make(400, 'global', 'parseError', 'Parse Error');

export const syncTokenWithOthers = (): ApiError =>
  make(
    400,
    'calendar',
    'invalidParameter',
    'Sync token cannot be used with other request restrictions',
    parameter('syncToken'),
  );

export const timeRangeEmpty = (): ApiError =>
  make(400, 'calendar', 'timeRangeEmpty', 'The specified time range is empty.', parameter('timeMax'));

export const orderingUnavailable = (): ApiError =>
  badRequest('The requested ordering is not available for the particular query.');

export const notFound = (message = 'Not Found'): ApiError => make(404, 'global', 'notFound', message);

export const duplicate = (): ApiError => make(409, 'global', 'duplicate', 'The requested identifier already exists.');

export const deleted = (): ApiError => make(410, 'global', 'deleted', 'Resource has been deleted');

export const fullSyncRequired = (): ApiError =>
  make(
    410,
    'calendar',
    'fullSyncRequired',
    'Sync token is no longer valid, a full sync is required.',
    parameter('syncToken'),
  );

export const updatedMinTooLongAgo = (): ApiError =>
  make(
    410,
    'calendar',
    'updatedMinTooLongAgo',
    'The requested minimum modification time lies too far in the past.',
    parameter('updatedMin'),
  );

export const conditionNotMet = (): ApiError =>
  make(412, 'global', 'conditionNotMet', 'Precondition Failed', { locationType: 'header', location: 'If-Match' });

export const requiredAccessLevel = (level: string): ApiError =>
  make(403, 'calendar', 'requiredAccessLevel', `You need to have ${level} access to this calendar.`);

export const forbiddenForNonOrganizer = (): ApiError =>
  make(
    403,
    'calendar',
    'forbiddenForNonOrganizer',
    'Shared properties can only be changed by the organizer of the event.',
  );

export const pushNotSupported = (): ApiError =>
  make(
    400,
    'calendar',
    'pushNotSupportedForRequestedResource',
    'Push notifications are not supported by this resource.',
  );

export const channelIdNotUnique = (id: string): ApiError =>
  make(400, 'global', 'channelIdNotUnique', `Channel id ${id} not unique`);

export const webhookNotHttps = (address: string): ApiError =>
  make(400, 'global', 'push.webhookUrlNotHttps', `WebHook callback must be HTTPS: ${address}`);

export const webhookUnauthorized = (address: string): ApiError =>
  make(401, 'global', 'push.webhookUrlUnauthorized', `Unauthorized WebHook callback channel: ${address}`);

export const loginRequired = (): ApiError =>
  make(401, 'global', 'required', 'Login Required.', { locationType: 'header', location: 'Authorization' });

export const invalidCredentials = (): ApiError =>
  new ApiError(
    401,
    {
      message: 'Invalid Credentials',
      domain: 'global',
      reason: 'authError',
      location: 'Authorization',
      locationType: 'header',
    },
    {
      status: 'UNAUTHENTICATED',
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    },
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  );

export const insufficientScopes = (method: string): ApiError =>
  new ApiError(
    403,
    { message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' },
    {
      status: 'PERMISSION_DENIED',
      message: 'Request had insufficient authentication scopes.',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
          domain: 'googleapis.com',
          metadata: { service: 'calendar-json.googleapis.com', method },
        },
      ],
    },
  );

export const usageLimit = (status: number, reason: string, message: string, retryAfter?: number): ApiError =>
  new ApiError(
    status,
    { domain: 'usageLimits', reason, message },
    undefined,
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  );

export const notACalendarUser = (): ApiError =>
  make(403, 'calendar', 'notACalendarUser', 'The user must be signed up for Google Calendar.');

export const unavailable = (status = 503): ApiError => make(status, 'global', 'backendError', 'Backend Error');
