import { ParseUUIDPipe } from '@nestjs/common';
import { Problem } from '@calendar-sync/service-host';

/** 400 with the name of the field. */
export const invalidField = (field: string, detail: string) =>
  new Problem(400, { code: 'invalid-request', detail: `${field}: ${detail}`, errors: [{ field, detail }] });

/** A path parameter that must be a UUID. */
export const uuidParameter = (name: string) =>
  new ParseUUIDPipe({ exceptionFactory: () => invalidField(name, 'must be a UUID') });
